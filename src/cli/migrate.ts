// souk migrate
import type { Config } from '../config.ts';
import { migrateOrRefuse, withShopDatabase } from './shop-database.ts';

export async function migrateShop(config: Config, isJson: boolean): Promise<void> {
  const applied = await withShopDatabase(config, migrateOrRefuse);
  if (isJson) console.log(JSON.stringify({ applied }));
  else
    console.log(
      applied.length === 0 ? 'The schema is up to date.' : `Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`,
    );
}
