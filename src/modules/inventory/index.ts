// The door of inventory: stock, holds and what becomes of them.

export { findTicket, leaveLine, moveLines, pauseDrop, type SetDropOutcome, setDrop } from './drops.ts';
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
  stockCounts,
} from './stock.ts';
export { sweepExpired } from './sweep-expired.ts';
export { positionOf, type Ticket, type TicketState } from './ticket.ts';
export { isFinallySoldOut, type Line, type LineWatch, openLineWatch } from './watch-lines.ts';
