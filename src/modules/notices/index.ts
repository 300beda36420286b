export { openMailer } from './mailer.ts';
export { type GrantNews, notifyGranted, notifyUnsold, type UnsoldNews } from './notify-line.ts';
export { notifyOrder } from './notify-order.ts';
export { type KeptMail, selectMail as loadMail, selectNewestMail as listMail } from './store.ts';
export { sendVerification, verificationMailId } from './verification-mail.ts';
