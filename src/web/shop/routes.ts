// All that shoppers reach.
import type { App, Shop } from '../kit/shop.ts';
import { dropTicketRoutes } from './drop-tickets.ts';
import { homeRoutes } from './home.ts';
import { lineRoutes } from './line.ts';
import { mailboxRoutes } from './mailbox.ts';
import { mediaRoutes } from './media.ts';
import { ordersRoutes } from './orders.ts';
import { payRoutes } from './pay.ts';
import { paymentRoutes } from './payment.ts';
import { productRoutes } from './product.ts';
import { purchaseRoutes } from './purchase.ts';
import { receiptRoutes } from './receipt.ts';
import { searchRoutes } from './search.ts';
import { searchClicks } from './search-clicks.ts';
import { suggestRoutes } from './suggest.ts';
import { trackRoutes } from './track.ts';
import { waitRoutes } from './wait.ts';

export function shopRoutes(app: App, shop: Shop): void {
  homeRoutes(app, shop);
  searchRoutes(app, shop);
  searchClicks(app, shop);
  suggestRoutes(app, shop);
  productRoutes(app, shop);
  dropTicketRoutes(app, shop);
  mediaRoutes(app, shop);
  purchaseRoutes(app, shop);
  waitRoutes(app, shop);
  lineRoutes(app, shop);
  payRoutes(app, shop);
  paymentRoutes(app, shop);
  trackRoutes(app, shop);
  ordersRoutes(app, shop);
  receiptRoutes(app, shop);
  // Mails of strangers are nobody's to read: only where the shop is a demo.
  if (shop.demo) mailboxRoutes(app, shop);
}
