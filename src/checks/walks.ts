// Every page of the demo shop, in the order in which people come to them.
import { type DemoShop, signInToApi } from './demo-shop.ts';
import { waitInLine, watchDrop } from './drop-walk.ts';
import {
  becomeCustomer,
  buy,
  buyWithApproval,
  buyWithTypedCard,
  changeMind,
  chooseProduct,
  comeTooLate,
  follow,
  lookAround,
  ownPages,
} from './shopper-walk.ts';
import { readDocuments, sell, send, watchOver } from './staff-walk.ts';
import type { Visitor } from './visitor.ts';

/** `visitor` opens a new browser window with nobody signed in. `mark` tells the traces of several walks apart. */
export async function walkEverywhere(shop: DemoShop, visitor: () => Promise<Visitor>, mark: string): Promise<void> {
  const shopper = await visitor();
  await lookAround(shopper);
  const product = await chooseProduct(shopper);
  await becomeCustomer(shopper, product, `nora-${mark}@example.com`);
  const trackUrl = await buy(shopper, product);
  await shopper.page.goto(trackUrl);
  await follow(shopper, await signInToApi(shop.origin, 'seller@souk.test'));
  await ownPages(shopper);
  await buyWithTypedCard(shopper, product);
  await buyWithApproval(shopper, product);
  await changeMind(shopper, product);

  const seller = await visitor();
  const lastOne = await sell(seller, `Saffron Lantern, ${mark} edition`);
  await send(seller);
  await seller.context.close();
  await comeTooLate(shopper, lastOne);
  await readDocuments(shopper, product);
  const dropped = await waitInLine(shopper, `Orvane Comet, ${mark} edition`);
  await shopper.context.close();

  const operator = await visitor();
  await watchOver(operator);
  await watchDrop(operator, dropped);
  await operator.context.close();
}
