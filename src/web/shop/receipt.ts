import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { type Receipt, receiptOf, renderReceiptPdf } from '../../modules/orders/index.ts';
import { callerOf } from '../kit/caller.ts';
import { respond } from '../kit/negotiate.ts';
import { ReceiptJson, receiptJson } from '../kit/order-json.ts';
import type { App, Shop } from '../kit/shop.ts';
import { receiptPage } from './pages/receipt-page.ts';
import { LinkQuery, OrderParams, visibleOrder } from './visible-order.ts';

const ReceiptQuery = Type.Object({ ...LinkQuery.properties, format: Type.Optional(Type.Literal('pdf')) });

export function receiptRoutes(app: App, shop: Shop): void {
  app.get(
    '/receipt/:orderId',
    {
      schema: {
        tags: ['orders'],
        summary: 'The receipt of an order, as page, JSON or PDF',
        description:
          'Seen by whoever sees the order. `?format=pdf` and the address with `.pdf` behind it give the PDF.',
        params: OrderParams,
        querystring: ReceiptQuery,
        response: { 200: ReceiptJson },
      },
    },
    async (request, reply) => {
      const { link: given, format } = request.query;
      const { order, link } = await visibleOrder(shop, request, request.params.orderId, given);
      const receipt = receiptOf(order);
      if (format === 'pdf') return (await sendPdf(reply, receipt)) as never;
      return respond(request, reply, {
        json: () => receiptJson(receipt, link),
        page: () => receiptPage({ receipt, link, caller: callerOf(request) }),
      });
    },
  );

  app.get(
    '/receipt/:orderId.pdf',
    {
      schema: {
        tags: ['orders'],
        summary: 'The receipt of an order as PDF',
        params: OrderParams,
        querystring: LinkQuery,
      },
    },
    async (request, reply) => {
      const { order } = await visibleOrder(shop, request, request.params.orderId, request.query.link);
      return sendPdf(reply, receiptOf(order));
    },
  );
}

async function sendPdf(reply: FastifyReply, receipt: Receipt): Promise<FastifyReply> {
  const pdf = await renderReceiptPdf(receipt);
  return reply
    .type('application/pdf')
    .header('content-disposition', `inline; filename="receipt-${receipt.receiptNumber}.pdf"`)
    .send(pdf);
}
