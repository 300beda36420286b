// The door of inventory: stock, holds and what becomes of them.

export {
  DROP_STATES,
  type DropFigures,
  type DropState,
  type DropSummary,
  dropFigures,
  ENTRY_CONDITIONS,
  listDrops,
  setEntryCondition,
} from './drop-figures.ts';
export { leaveLine, moveLines, pauseDrop, type SetDropOutcome, setDrop } from './drops.ts';
export { findOpenHold, findReservation } from './find-reservation.ts';
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
export type { EntryCondition } from './store-drop-figures.ts';
export { loadDrawnTickets, loadLineTickets } from './store-tickets.ts';
export { sweepExpired } from './sweep-expired.ts';
export { positionOf, type Ticket, type TicketState } from './ticket.ts';
export { isFinallySoldOut, type Line, type LineWatch, openLineWatch } from './watch-lines.ts';
export { openTicketWatch, type StandingTicket, type TicketWatch } from './watch-tickets.ts';
