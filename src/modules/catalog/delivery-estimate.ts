// When a parcel that is ordered now arrives. One policy for the whole shop until sellers have their own.
import { addBusinessDays, isoDay } from '../../lib/business-days.ts';

const EARLIEST_DELIVERY_DAYS = 2; // business days from the order
const LATEST_DELIVERY_DAYS = 4;

export type DeliveryEstimate = { earliest: string; latest: string }; // days, as in "2026-11-25"

export function deliveryEstimate(orderedAt: Date): DeliveryEstimate {
  return {
    earliest: isoDay(addBusinessDays(orderedAt, EARLIEST_DELIVERY_DAYS)),
    latest: isoDay(addBusinessDays(orderedAt, LATEST_DELIVERY_DAYS)),
  };
}
