const anyOf = (words: string) => words.trim().split(/\s+/).join('|');

/** Abbreviations that keep their period wherever they stand, as regular expression: titles, firms, dates. */
export const TITLES = anyOf(`
  mr mrs ms dr drs prof profs gen lt lieut brig col maj sgt capt cpl pvt pfc cmdr supt asst atty det
  adm rep reps sen sens gov govs rev hon pres messrs st ste mt ft jr sr
  inc ltd co cos corp bros plc dept univ ave blvd rd bldg sq tel ext assn assoc pty est esq
  jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri
  etc vs al cf ph\\.d
`);

/** Abbreviations only before a number, being words or letters elsewhere. */
export const BEFORE_NUMBER = anyOf('no nos ca p pp fig figs vol art sec ch');

/** American states, only with a capital: many are words otherwise. */
export const PLACES = anyOf(`
  Ala Ariz Ark Calif Colo Conn Fla Ga Ill Ind Kan Ky La Mass Md Mich Minn Miss Mo Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis
`);

/** Function words that, with a capital, show that a sentence begins. */
export const STARTERS = anyOf(`
  A About According After All An And Another As At But For From He Her Here How However If In It Its More Mr Mrs Ms
  Next On One Or Other She So Some That The Their Then There These They This Those To We What When Where While Who With You
`);
