// The door of inventory: stock, holds and what becomes of them.
export { findReservation } from './find-reservation.ts';
export { type ReleaseOutcome, releaseHold } from './release.ts';
export type { Reservation, ReserveOutcome } from './reservation.ts';
export { openReservations, type Reservations } from './reserve.ts';
export {
  type ChangeStockOutcome,
  changeStock,
  loadOffersOf,
  type Offer,
  setImportedStock,
  setSale,
  stockCounts,
} from './stock.ts';
export { sweepExpired } from './sweep-expired.ts';
