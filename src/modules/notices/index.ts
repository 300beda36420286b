export { openMailer } from './mailer.ts';
export { notifyOrder } from './notify-order.ts';
export { type KeptMail, selectMail as loadMail, selectNewestMail as listMail } from './store.ts';
