/** Names in the made-up world. None of them is meant to be a real one. */
export const countries = [
  { name: 'Nordavia', people: 'Nordavian', capital: 'Aldermere' },
  { name: 'Estmark', people: 'Estmarker', capital: 'Brackwater' },
  { name: 'Valoria', people: 'Valorian', capital: 'Corvale' },
  { name: 'Karsland', people: 'Karslander', capital: 'Dunmoor' },
  { name: 'Tavona', people: 'Tavonan', capital: 'Eastholm' },
] as const;

export const cities = [
  'Aldermere', 'Brackwater', 'Corvale', 'Dunmoor', 'Eastholm', 'Farrowby', 'Glenrock', 'Hartsea', 'Ilverton', 'Jarrow Bay', 'Kelsing', 'Lindhaven',
  'Marrowgate', 'Nettleton', 'Oakhurst', 'Pendry', 'Quillport', 'Ravensford', 'Silverton', 'Thornwick', 'Ullswick', 'Varnley', 'Westerby', 'Yarrowdale',
] as const;

export const rivers = ['Aven', 'Brill', 'Cray', 'Denner', 'Esk', 'Fallow'] as const;

export const women = ['Anna', 'Clara', 'Diana', 'Elena', 'Freya', 'Greta', 'Helen', 'Ingrid', 'Julia', 'Karen', 'Laura', 'Maria', 'Nora', 'Olga', 'Paula', 'Ruth', 'Sara', 'Teresa', 'Vera', 'Wanda'] as const;
export const men = ['Adam', 'Boris', 'Carl', 'David', 'Erik', 'Felix', 'George', 'Hugo', 'Ivan', 'James', 'Karl', 'Leo', 'Martin', 'Nils', 'Oscar', 'Peter', 'Robert', 'Simon', 'Tomas', 'Victor'] as const;
export const surnames = [
  'Abbott', 'Barlow', 'Carver', 'Dalton', 'Ellery', 'Foster', 'Garner', 'Holloway', 'Iverson', 'Jansen', 'Keller', 'Lindqvist', 'Mercer', 'Norwood', 'Okafor', 'Palmer', 'Quinn', 'Ramsey', 'Sorensen', 'Tanner', 'Underhill', 'Vance',
  'Whitlock', 'Yates', 'Ashdown', 'Brennan', 'Corbin', 'Drummond', 'Fairley', 'Granger', 'Hendry', 'Kovac', 'Larkin', 'Moreno', 'Novak', 'Petrov',
] as const;

export const buildingKinds = ['Tower', 'Hall', 'Palace', 'House', 'Theatre', 'Museum', 'Library'] as const;
export const buildingNames = ['Sunrise', 'Granite', 'Liberty', 'Harvest', 'Mariner', 'Beacon', 'Crescent', 'Emerald', 'Falcon', 'Jubilee', 'Kingsway', 'Lantern', 'Monarch', 'Northgate', 'Pioneer', 'Regent', 'Summit', 'Unity'] as const;
export const teamNames = ['Rovers', 'United', 'Wanderers', 'Athletic', 'Rangers', 'City', 'Harriers', 'Albion'] as const;
export const dishes = ['Velta', 'Morin', 'Pashka', 'Torrel', 'Brenta', 'Kulma', 'Sorrin', 'Dabak', 'Lumet', 'Gratto', 'Hespa', 'Nirvel', 'Ostrada', 'Pellin', 'Quarro', 'Rundel'] as const;
export const ingredients = ['garlic', 'rice', 'potatoes', 'cheese', 'fish', 'beans', 'tomatoes', 'honey', 'lamb', 'mushrooms', 'apples', 'almonds'] as const;
export const courses = ['starter', 'main course', 'dessert', 'breakfast dish', 'soup'] as const;
export const bookTitles = [
  'The Salt Road', 'A Winter Harvest', 'The Paper Lantern', 'Songs of the Esk', 'The Clockmaker', 'Beyond the Weir', 'The Last Orchard', 'Letters to Vera', 'The Glass Harbour', 'A Quiet Season', 'The Bell of Dunmoor', 'Seven Bridges',
  'The Stone Garden', 'Night Ferry', 'The Cartographer', 'Blue Meridian',
] as const;
export const publishers = ['Halden Press', 'Riverbank Books', 'North Star Publishing', 'Oak and Ash'] as const;
export const bookGenres = ['novel', 'mystery', 'biography', 'poetry', 'fantasy'] as const;
export const musicGenres = ['jazz', 'folk music', 'rock music', 'opera', 'pop music', 'blues'] as const;
export const parties = ['Green Party', 'Reform Party', 'Labour Union', 'Liberal League', 'Country Party'] as const;
export const offices = ['mayor', 'senator', 'governor', 'minister of finance', 'member of parliament'] as const;
export const leagues = ['Premier Division', 'Northern League', 'Second Division', 'Coastal League'] as const;
export const playerPositions = ['goalkeeper', 'defender', 'midfielder', 'striker'] as const;
export const instruments = ['guitar', 'piano', 'violin', 'trumpet', 'cello', 'drums'] as const;
export const styles = ['Gothic', 'modernist', 'Baroque', 'neoclassical', 'Art Deco'] as const;
