"""Writes the segments that the goldens of the neural metrics score: our own text, and the same on every run.

    python segments.py ../../../packages/metrics/test/goldens/neural/segments.json
"""
import json
import random
import sys

NAMES = ['The Old Mill', 'Bluebird Café', 'Green Lantern', "Fisher's Rest", 'Harbour 21', 'La Petite Maison']
FOODS = ['Italian', 'Japanese', 'vegetarian', 'seafood', 'French', 'home-made']
PLACES = ['by the riverside', 'in the city centre', 'near the railway station', 'opposite the town hall']
PRICES = ['cheap', 'moderately priced', 'expensive', 'under £20', 'over $45.50 per head']
PEOPLE = ['Maria Okafor', 'Jón Sigurðsson', 'Dr. Chen', 'A. N. Whitfield', 'the former mayor']
JOBS = ['astronaut', 'goalkeeper', 'librarian', 'chief engineer', 'playwright']
TOWNS = ['Aarhus', 'Springfield', 'São Paulo', 'Nagoya', 'Newcastle-upon-Tyne']
YEARS = ['1907', '1969', '2003', '2018']
EVENTS = ['a flood', 'the strike', 'an unexpected vote', 'the storm', 'a power cut']


def restaurant(rng):
    name, food, place, price = (rng.choice(x) for x in (NAMES, FOODS, PLACES, PRICES))
    return [
        f'{name} is a {price} {food} restaurant {place}.',
        f'Located {place}, {name} serves {food} food; it is {price}.',
        f'There is a place {place} called {name}. It is {price} and offers {food} dishes.',
        f'{name} serves {food} food {place}',
        f'If you like {food} cooking, try {name} ({price}), which you find {place}!',
    ]


def biography(rng):
    who, job, town, year = (rng.choice(x) for x in (PEOPLE, JOBS, TOWNS, YEARS))
    return [
        f'{who} was born in {town} in {year} and worked as a {job}.',
        f'{town} is the birthplace of {who}, {job}, born {year}.',
        f'Born in {year}, {who} became a {job} in {town}.',
        f'{who} is a {job} from {town}.',
        f'The {job} {who} comes from {town} , where he was born in {year} .',
    ]


def news(rng):
    who, town, year, event = (rng.choice(x) for x in (PEOPLE, TOWNS, YEARS, EVENTS))
    return [
        f'Hundreds of people in {town} have been left without water after {event}, officials say.',
        f'{who} has said that {event} in {town} was the worst since {year}.',
        f'Officials in {town} said on Monday that "{event}" left hundreds without water.',
        f"The worst of it is over, {who} told reporters; {town} hasn't seen the like since {year}.",
        f'{event.capitalize()} hit {town}. Nobody was hurt.',
    ]


LONG = 'a long sentence that goes on and on about nothing in particular, '
HOSTILE = [
    ('', ['A reference that has words.']),
    ('A candidate that has words.', ['']),
    ('', ['']),
    ('   \t ', ['Only white space stands against this.']),
    ('.', ['.']),
    ('...!?', [',;:']),
    ('!!! ??? ---', ['A normal sentence.', '?']),
    ('🙂', ['🙂']),
    ('I love 🍕🍕 and 👩‍👩‍👧‍👦', ['I love pizza 🍕 and my family 👨‍👩‍👧', 'We 🇬🇧 eat 🍕']),
    ('Größe, naïve café, Łódź', ['Grosse, naive cafe, Lodz', 'GRÖSSE NAÏVE CAFÉ']),
    ('مرحبا بالعالم', ['שלום עולם', 'hello world']),
    ('東京は日本の首都です。', ['東京 is the capital of 日本.']),
    ('word', ['word', 'words', 'another']),
    ('the the the the the the the the', ['the', 'the cat sat on the mat']),
    ('zero\u200bwidth\u00a0and\u00adsoft', ['zero width and soft', 'zerowidth']),
    ('tab\tand\nnew line\r\n', ['tab and new line']),
    ('\x00\x07control\ufffd', ['control']),
    ('[CLS] [SEP] [UNK] [MASK] [PAD]', ['literal [SEP] tokens', 'nothing special']),
    ('[SEP]', ['[SEP]', 'word [CLS]', 'word']),
    ('##able un##able #hash', ['unable hash', '## able']),
    ('x' * 150, ['x' * 150, 'x' * 90]),
    ('y' * 250, ['short', 'y' * 99]),
    (LONG * 50, [LONG * 45, 'short']),
    ('short', [LONG * 50]),
    ('1234567890 3.14159 -42 1,000,000', ['1234567890', '3.14 and 42 and a million']),
    ('e\u0301cole', ['\u00e9cole', 'ecole']),
    ('ﬁnance ½ ① Ⅷ', ['finance 1/2 1 VIII']),
    ('http://example.org/a?b=c&d=e#f', ['example.org', 'a link: http://example.org/']),
    ('İstanbul ıssız ΣΊΣΥΦΟΣ', ['istanbul issiz σίσυφος']),
    ('«quoted» “curly” ‘single’ —dash–', ['"quoted" "curly" \'single\' -dash-']),
    ('a', ['b']),
]


def make(rng):
    segments = []
    for i in range(192):
        style = (restaurant, biography, news)[i % 3]
        same, other = style(rng), style(rng)
        hypothesis = rng.choice(other if i % 4 == 3 else same)
        references = rng.sample(same, 1 + i % 3)
        if i % 16 == 5:
            hypothesis = references[0]
        segments.append({'hypothesis': hypothesis, 'references': references})
    segments += [{'hypothesis': h, 'references': list(r)} for h, r in HOSTILE]
    return segments


if __name__ == '__main__':
    with open(sys.argv[1], 'w', encoding='utf-8') as out:
        json.dump(make(random.Random(20)), out, ensure_ascii=True, indent=1)
        out.write('\n')
