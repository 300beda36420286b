// What reviewers say whatever they bought, by the stars they give. The kinds' own praise and gripes come on top.

import type { Goods } from './department.ts';
import { listed } from './text-lists.ts';

type Voice = { titles: readonly string[]; openers: readonly string[]; closers: readonly string[] };

const FIVE: Voice = {
  titles: listed(`
    Exactly what I hoped for | Love it | Would buy again | Worth every cent | Very happy | Perfect | Impressed |
    Better than expected | Great find | So glad I bought this | Could not be happier | Simply good | A keeper |
    Five stars from me | Top quality | Wonderful | Makes me smile every day | Does what it says | Spot on |
    Superb | Just right | My favorite purchase this year | Second one already | Recommended | Beautifully made |
    No complaints at all | Excellent | Thrilled | A small joy | Ten out of ten | Great value | What a pleasure
  `),
  openers: listed(`
    I had put off buying one for years, and I should not have. |
    Bought this after reading the reviews here, and they were right. |
    My second order from {brand}, and again no regrets. | Arrived two days early and well packed. |
    Bought for my sister, then ordered one for myself. | I compared about ten before choosing this one. |
    This replaced one that was twice the price. | A friend recommended {brand}, and I can only pass that on. |
    Just the {noun} I was looking for. | I rarely write reviews, but this one deserves it. |
    Birthday present for my partner, who was delighted. | Very pleased with this one. |
    I was skeptical, given the price. | Came exactly as described. | Ordered on a Sunday, had it on Tuesday. |
    We have three of these in the family now. | What a lovely surprise this turned out to be. |
    Tried it the evening it came. | I took my time before writing this.
  `),
  closers: listed(`
    Would recommend to anyone. | I will be back for more. | Thank you to the seller, too, for the kind note. |
    Do not hesitate. | Already told my neighbors. | Hope they never stop making it. |
    No idea why I waited so long. | Five stars, easily. | Highly recommended. | Really nothing to add. |
    My next one will be the same.
  `),
};

const FOUR: Voice = {
  titles: listed(`
    Good, with one small catch | Very good | Nearly perfect | Happy with it | Solid choice | Good value |
    Does the job well | Pleased overall | Nice, not flawless | Recommended | Better than I thought | Well made |
    Good buy | Almost there | I like it | Good for the price | Four and a half, really | Mostly great |
    Decent quality | Keeping it
  `),
  openers: listed(`
    Good product all in all. | I like the {noun} a lot. | Quick delivery, decent packaging. |
    Bought it twice so far. | Nearly five stars. | Does what I bought it for. | A good buy for the money. |
    My third order from {brand}. | Chosen after a long search. | Looks just like the pictures. |
    Bought it on offer. | Happy so far. | My husband picked this one.
  `),
  closers: listed(`
    Still, I would buy it again. | A small thing, though. | Hence four stars. | Otherwise very happy. |
    All the same, recommended. | Nothing that would make me send it back. | I can live with that. |
    For the price I will not complain.
  `),
};

const THREE: Voice = {
  titles: listed(`
    It is okay | Average | Not bad, not great | Expected a bit more | Does the job | Mixed feelings |
    Fine for the price | So-so | Good idea, middling execution | Half happy | Could be better | All right
  `),
  openers: listed(`
    Neither thrilled nor annoyed. | I had expected a little more from {brand}. | It works, but that is about it. |
    Torn on this one. | Not as good as the pictures. | Looks good, and then one uses it. | Average, really. |
    There are better ones, and worse.
  `),
  closers: listed(`
    Three stars seem fair. | I keep it, but would choose another next time. | Maybe I got a Monday one. |
    For half the price it would be fine. | Look at the alternatives first.
  `),
};

const TWO: Voice = {
  titles: listed(`
    Disappointed | Not for me | Expected better | Below average | Not worth the money | Hm |
    Looks better than it is | Would not buy again | A pity
  `),
  openers: listed(`
    I really wanted to like it. | Sadly not what the pictures promise. | I am disappointed, to be honest. |
    Nice idea, poor result. | Second time lucky? No. | Not up to what I know from {brand}.
  `),
  closers: listed(`
    I will probably return it. | Two stars for the friendly service. | Next time a different one. |
    A shame, as I like the look of it.
  `),
};

const ONE: Voice = {
  titles: listed(`
    Sent it back | Do not bother | One star is generous | Very disappointing | Not as described | Never again |
    Too bad | Waste of money
  `),
  openers: listed(`
    Arrived damaged, and it took a week to get an answer. | Got a different one from what I ordered. |
    Arrived two weeks late. | Clearly a returned item, the box had been opened. | Nothing like the description. |
    One part was missing and nobody could say when it would come. |
    I had to write three times before anybody answered.
  `),
  closers: listed(`
    Refund came quickly, at least. | I expected more at this price. | Waiting for my refund. |
    Will look elsewhere.
  `),
};

/** One star first. */
export const VOICES: readonly [Voice, Voice, Voice, Voice, Voice] = [ONE, TWO, THREE, FOUR, FIVE];

const PRAISE_OF_ALL: readonly string[] = listed(`
  The quality is clearly above what the price suggests. | Nicely packed, hardly any plastic. |
  Made a fine present. | The seller answered my question within the hour. |
  You can tell that somebody cared about the details. | Matches the description to the letter. |
  Delivery was quick and the box undamaged. | For this price you cannot go wrong. |
  My mother wants the same one. | The whole family likes it. | I could not find a fault, and I tried. |
  Well balanced between price and quality. | Even my neighbor, who dislikes everything, was impressed.
`);

/** What can be said of any thing, treat or book. The lists hold no product: they fit whatever was bought. */
export const COMMON_PRAISE: Readonly<Record<Goods, readonly string[]>> = {
  thing: [
    ...listed(`
    Feels solid and well thought out. | Looks even better than in the photos. |
    Instructions were clear and short. | Everybody who sees it asks where I got it. | Works just as described. |
    Exactly the right size for us. | Holding up well so far. | Simple and well made. |
    No smell, no sharp edges, nothing loose. | I use it far more often than I thought I would. |
    The finish is lovely. | Good to see something made to last. | The pictures do not do it justice. |
    In use every day for two months now, and like new.
  `),
    ...PRAISE_OF_ALL,
  ],
  treat: [
    ...listed(`
    Fresh, with a long date still to go. | We are on our third pack. | I have put it on subscription in my head. |
    Honest ingredients, and one notices. | A little goes a long way. |
    Gone sooner than planned, which says it all. | I tried cheaper ones and came back. |
    Consistent quality, order after order. | Exactly as good as the last time. |
    The size is right for two people. | Has become part of our week.
  `),
    ...PRAISE_OF_ALL,
  ],
  book: listed(`
    I have lent it to three people already. | Beautifully printed, too. | I underlined half of it. |
    One of my books of the year. | Could not put it down. | I will read it again next winter. |
    Worth it for the last chapter alone. | The kind of book one misses when it is over. |
    I missed my stop because of it. | A wonderful present for readers. | Smart, warm and never long-winded. |
    Lovely paper and a good size for the bag.
  `),
};

export const COMMON_GRIPES: Readonly<Record<Goods, readonly string[]>> = {
  thing: listed(`
    Delivery took longer than promised. | A little expensive for what it is. | The photos make it look larger. |
    Instructions could be better. | There was more packaging than product. |
    Quality varies: my first one was better. | The box was rather battered. |
    Price dropped a week after I ordered.
  `),
  treat: listed(`
    Delivery took longer than promised. | A little expensive for what it is. | The last batch was better. |
    The pack is smaller than I thought. | The box was rather battered. | Price went up since my first order.
  `),
  book: listed(`
    Fifty pages fewer would have been better. | The print is rather small. |
    The corners were bumped in the mail. | The blurb gives away too much. | Not as good as the one before. |
    It takes a while to get going.
  `),
};

export const PRAISE_LINKS: readonly string[] = listed(
  'To be fair: | On the plus side: | What I do like: | Credit where it is due:',
);
export const GRIPE_LINKS: readonly string[] = listed(`
  My only complaint:  | One small thing:  | Minus one star because:  | The catch:  | Just so you know:  |
  If I had to complain: 
`);

export const FIRST_NAMES: readonly string[] = listed(`
  Amara | Ben | Carla | Dmitri | Elena | Femi | Grace | Hassan | Ingrid | Jamal | Keiko | Liam | Mei | Nadia |
  Omar | Paula | Quentin | Rosa | Sanjay | Tara | Ulrich | Valentina | Wesley | Ximena | Yara | Zoe | Aaron |
  Bianca | Caleb | Dana | Eric | Fatima | Gavin | Hannah | Ivan | Joyce | Kofi | Laura | Marcus | Noemi | Oscar |
  Priya | Ravi | Sofia | Tomas | Uma | Victor | Wanda | Yusuf | Zara | Andre | Beth | Chen | Deborah | Emilio |
  Frances | Gloria | Henry | Isla | Jorge | Katrin | Leo | Monique | Nils | Olivia | Pablo | Ruth | Simon |
  Teresa | Vera | Will | Aisha | Bruno | Cathy | Derek | Esther
`);

export const LAST_NAMES: readonly string[] = listed(`
  Adeyemi | Baker | Castillo | Dubois | Evans | Fischer | Garcia | Hughes | Ito | Jensen | Kowalski | Lopez |
  Martin | Nguyen | Okafor | Patel | Quinn | Rossi | Schmidt | Tanaka | Ueda | Varga | Walker | Young | Zhang |
  Andersson | Bianchi | Cohen | Dias | Eriksen | Flores | Green | Haddad | Ivanova | Johnson | Khan
`);
