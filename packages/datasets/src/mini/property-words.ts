/**
 * Ways to say each property of the made-up world; `{o}` is the object.
 *
 * `verb` stands after the subject, `post` after a noun or the subject with commas, `about` is a noun phrase for
 * the value ("its architect"), `back` makes the object the subject (`{s}` is the subject then).
 */
export interface PropertyWords {
  readonly verb: readonly string[];
  readonly post?: readonly string[];
  readonly back?: readonly string[];
  /** Noun for the value: `the {about} of Sunrise Tower`. */
  readonly about: string;
}

export const propertyWords: Readonly<Record<string, PropertyWords>> = {
  country: { verb: ['is in {o}', 'is located in {o}', 'can be found in {o}'], post: ['in {o}', 'located in {o}'], back: ['{o} is the country of {s}'], about: 'country' },
  leaderName: { verb: ['is led by {o}', 'has {o} as its leader'], post: ['led by {o}'], back: ['{o} is the leader of {s}', '{o} leads {s}'], about: 'leader' },
  populationTotal: { verb: ['has a population of {o}', 'has {o} inhabitants', 'is home to {o} people'], post: ['with a population of {o}', 'with {o} inhabitants'], about: 'population' },
  river: { verb: ['lies on the {o}', 'stands on the {o}'], post: ['on the {o}'], back: ['the {o} flows through {s}'], about: 'river' },
  elevation: { verb: ['is {o} above sea level', 'lies {o} above sea level'], post: ['{o} above sea level'], about: 'elevation' },
  capital: { verb: ['has {o} as its capital'], post: ['with {o} as its capital'], back: ['{o} is the capital of {s}', 'the capital of {s} is {o}'], about: 'capital' },
  demonym: { verb: ['is the home of the {o}'], post: ['home of the {o}'], back: ['the people of {s} are called {o}', '{o} live in {s}'], about: 'people' },
  largestCity: { verb: ['has {o} as its largest city'], back: ['{o} is the largest city of {s}', 'the largest city in {s} is {o}'], about: 'largest city' },
  location: { verb: ['is located in {o}', 'stands in {o}', 'is in {o}'], post: ['located in {o}', 'in {o}'], back: ['{o} is the location of {s}'], about: 'location' },
  architect: { verb: ['was designed by {o}', 'was planned by the architect {o}'], post: ['designed by {o}'], back: ['{o} designed {s}', '{o} was the architect of {s}'], about: 'architect' },
  completionDate: { verb: ['was completed in {o}', 'was finished in {o}', 'has stood since {o}'], post: ['completed in {o}', 'finished in {o}'], about: 'completion date' },
  floorCount: { verb: ['has {o} floors', 'is {o} floors high'], post: ['with {o} floors'], about: 'number of floors' },
  architecturalStyle: { verb: ['was built in the {o} style', 'is an example of the {o} style'], post: ['built in the {o} style'], about: 'style' },
  cityServed: { verb: ['serves the city of {o}', 'serves {o}', 'is the airport of {o}'], post: ['serving {o}'], back: ['{o} is served by {s}', 'the city of {o} is served by {s}'], about: 'city' },
  runwayLength: { verb: ['has a runway length of {o}', 'has a runway that is {o} long'], post: ['with a runway length of {o}', 'with a runway of {o}'], about: 'runway length' },
  operatingOrganisation: { verb: ['is operated by {o}', 'is run by {o}'], post: ['operated by {o}', 'run by {o}'], back: ['{o} operates {s}', '{o} is the operator of {s}'], about: 'operator' },
  elevationAboveTheSeaLevel: { verb: ['is {o} above sea level', 'lies {o} above sea level'], post: ['{o} above sea level'], about: 'elevation' },
  city: { verb: ['is in the city of {o}', 'is located in {o}', 'is based in {o}'], post: ['in the city of {o}', 'located in {o}'], back: ['{o} is the city of {s}', '{o} is home to {s}'], about: 'city' },
  established: { verb: ['was established in {o}', 'was founded in {o}'], post: ['established in {o}', 'founded in {o}'], about: 'founding year' },
  numberOfStudents: { verb: ['has {o} students', 'teaches {o} students'], post: ['with {o} students'], about: 'number of students' },
  president: { verb: ['has {o} as its president', 'is headed by {o}'], post: ['headed by {o}'], back: ['{o} is the president of {s}', 'the president of {s} is {o}'], about: 'president' },
  ground: { verb: ['plays at {o}', 'has its ground at {o}'], post: ['playing at {o}'], back: ['{o} is the ground of {s}'], about: 'ground' },
  league: { verb: ['plays in the {o}', 'competes in the {o}'], post: ['playing in the {o}'], about: 'league' },
  manager: { verb: ['is managed by {o}', 'has {o} as its manager'], post: ['managed by {o}'], back: ['{o} is the manager of {s}', '{o} manages {s}'], about: 'manager' },
  numberOfMembers: { verb: ['has {o} members'], post: ['with {o} members'], about: 'number of members' },
  mainIngredient: { verb: ['is made with {o}', 'contains {o}', 'has {o} as its main ingredient'], post: ['made with {o}', 'containing {o}'], about: 'main ingredient' },
  course: { verb: ['is served as a {o}', 'is a {o}'], post: ['served as a {o}'], about: 'course' },
  region: { verb: ['comes from the region of {o}', 'is a dish from {o}'], post: ['from the region of {o}'], back: ['the region of {o} is known for {s}'], about: 'region' },
  author: { verb: ['was written by {o}'], post: ['written by {o}'], back: ['{o} wrote {s}', '{o} is the author of {s}'], about: 'author' },
  publisher: { verb: ['was published by {o}', 'came out at {o}'], post: ['published by {o}'], back: ['{o} published {s}', '{o} is the publisher of {s}'], about: 'publisher' },
  numberOfPages: { verb: ['has {o} pages', 'is {o} pages long'], post: ['with {o} pages'], about: 'number of pages' },
  literaryGenre: { verb: ['belongs to the genre of {o}', 'is a work of the genre {o}'], post: ['of the genre {o}'], about: 'genre' },
  publicationYear: { verb: ['was first published in {o}', 'appeared in {o}'], post: ['first published in {o}'], about: 'publication year' },
  birthPlace: { verb: ['was born in {o}', 'comes from {o}'], post: ['born in {o}', 'from {o}'], back: ['{o} is the birthplace of {s}'], about: 'birthplace' },
  birthYear: { verb: ['was born in {o}', 'was born in the year {o}'], post: ['born in {o}'], about: 'year of birth' },
  genre: { verb: ['performs {o}', 'is known for {o}', 'plays {o}'], post: ['known for {o}'], about: 'genre' },
  instrument: { verb: ['plays the {o}'], post: ['who plays the {o}'], about: 'instrument' },
  activeYearsStartYear: { verb: ['has been active since {o}', 'started performing in {o}'], post: ['active since {o}'], about: 'first active year' },
  club: { verb: ['plays for {o}', 'is a player of {o}'], post: ['who plays for {o}'], back: ['{s} plays for {o}'], about: 'club' },
  position: { verb: ['plays as a {o}', 'is a {o}'], post: ['who plays as a {o}'], about: 'position' },
  height: { verb: ['is {o} tall'], post: ['who is {o} tall'], about: 'height' },
  party: { verb: ['is a member of the {o}', 'belongs to the {o}'], post: ['of the {o}'], about: 'party' },
  office: { verb: ['works as a {o}', 'is a {o}'], post: ['who works as a {o}'], about: 'office' },
  almaMater: { verb: ['studied at the {o}', 'went to the {o}', 'graduated from the {o}'], post: ['who studied at the {o}'], back: ['the {o} is where {s} studied'], about: 'university' },
  residence: { verb: ['lives in {o}'], post: ['who lives in {o}'], about: 'home' },
};
