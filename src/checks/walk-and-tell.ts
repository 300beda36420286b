// A walk through a browser that fails says where: a message of a timeout alone names neither page nor step.
import type { Visitor } from './visitor.ts';

/** `walk` opens as many visitors as it needs, one after the other; those that are still there tell where they were. */
export async function walkAndTell(
  open: () => Promise<Visitor>,
  walk: (open: () => Promise<Visitor>) => Promise<void>,
): Promise<void> {
  const visitors: Visitor[] = [];
  try {
    await walk(async () => {
      const visitor = await open();
      visitors.push(visitor);
      return visitor;
    });
  } catch (error) {
    const present = visitors.filter(({ page }) => !page.isClosed());
    const told = await Promise.all(present.map((visitor) => visitor.whereabouts()));
    const { message } = error as Error;
    throw new Error([message, ...told].join('\n'), { cause: error });
  }
}
