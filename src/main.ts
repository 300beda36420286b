// The command line. Each command's code is loaded when it runs, so that help and refusals come at once.
import { Command, InvalidArgumentError } from 'commander';
import { explain, Refusal } from './cli/refusal.ts';
import { type Config, readConfig } from './config.ts';

type Json = { json?: true };

const DEMO_PRODUCTS = 5_000;
const MOST_DEMO_PRODUCTS = 1_000_000;
const MOST_STOCK = 1_000_000;

function config(): Config {
  // At a terminal sits a person, who reads an address and not a log.
  const outcome = readConfig({
    ...process.env,
    LOG_LEVEL: process.env.LOG_LEVEL || (process.stdout.isTTY ? 'warn' : 'info'),
  });
  if (outcome.kind === 'bad')
    throw new Refusal(
      ['These settings cannot be used:', ...outcome.problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  return outcome.config;
}

function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value < 0 || value > most) throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`);
    return value;
  };
}

/** Work that its parent began must not go on unseen, beside the same work of the next start. */
function endWithParent(): void {
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}

const JSON_OPTION = ['--json', 'print JSON, for programs'] as const;

const souk = new Command('souk')
  .description('A marketplace that one person starts with one command.')
  .addHelpText(
    'after',
    '\nSettings come from the environment: PORT, OPS_PORT, SANDBOX_PORT, HOST, SOUK_ORIGIN, SOUK_DATA, DATABASE_URL, SOUK_DEMO, SMTP_URL, LOG_LEVEL.',
  );

souk
  .command('start')
  .description('start everything: the database, the payment sandbox, the worker and the web server')
  .option(...JSON_OPTION)
  .action(async ({ json }: Json) => {
    const { start } = await import('./cli/start.ts');
    await start(config(), { json: json ?? false, mainFile: import.meta.filename, environment: process.env });
    process.exit(0);
  });

souk
  .command('migrate')
  .description('bring the database schema up to this version')
  .option(...JSON_OPTION)
  .action(async ({ json }: Json) => {
    const { migrateShop } = await import('./cli/migrate.ts');
    await migrateShop(config(), json ?? false);
  });

souk
  .command('seed')
  .description('load the demo catalogue and its accounts')
  .option('--products <count>', 'how many products', wholeNumber(MOST_DEMO_PRODUCTS), DEMO_PRODUCTS)
  .option(...JSON_OPTION)
  .action(async ({ products, json }: Json & { products: number }) => {
    endWithParent();
    const { seed } = await import('./cli/seed.ts');
    await seed(config(), products, json ?? false);
  });

souk
  .command('import')
  .description('bring in products: JSON Lines (also gzipped), or the CSV that shops export')
  .argument('<file...>')
  .option('--seller <name>', 'whose products they are', 'Souk Imports')
  .option('--stock <units>', 'units of a new product whose row does not say', wholeNumber(MOST_STOCK), 25)
  .option('--pictures <directory>', "what picture paths are relative to (default: the file's directory)")
  .option(...JSON_OPTION)
  .action(
    async (
      files: string[],
      { seller, stock, pictures, json }: Json & { seller: string; stock: number; pictures?: string },
    ) => {
      endWithParent();
      const { importFiles } = await import('./cli/import.ts');
      if (!(await importFiles(config(), { files, seller, stock, pictures, json: json ?? false }))) process.exitCode = 1;
    },
  );

souk
  .command('audit')
  .description('add up the books: every unit, payment, order and receipt')
  .option(...JSON_OPTION)
  .action(async ({ json }: Json) => {
    const { audit } = await import('./cli/audit.ts');
    if (!(await audit(config(), json ?? false))) process.exitCode = 1;
  });

souk
  .command('doctor')
  .description('check what a start needs, and say what to do')
  .option(...JSON_OPTION)
  .action(async ({ json }: Json) => {
    const { doctor } = await import('./cli/doctor.ts');
    if (!(await doctor(config(), json ?? false))) process.exitCode = 1;
  });

souk.command('web', { hidden: true }).action(async () => {
  const { web } = await import('./cli/web.ts');
  await web(config());
});
souk.command('worker', { hidden: true }).action(async () => {
  const { worker } = await import('./cli/worker.ts');
  await worker(config());
});
souk.command('sandbox', { hidden: true }).action(async () => {
  const { sandbox } = await import('./cli/sandbox.ts');
  await sandbox(config());
});

try {
  if (process.argv.length <= 2) souk.outputHelp();
  else await souk.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
