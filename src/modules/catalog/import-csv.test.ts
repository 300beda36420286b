import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listOwnProducts } from './load-documents.ts';
import { DEFAULT_STOCK, openImportShop } from './test-import-shop.ts';

const SPREE =
  'slug,sku,name,price,currency,status,description,category1,option1_name,option1_value,option2_name,option2_value,image1_src,width,dimensions_unit,inventory_count,custom_field.custom.room_coverage';

test('rows of a Spree CSV are products and their variants', async (t) => {
  const shop = await openImportShop(t);
  const report = await shop.importText(
    'spree.csv',
    [
      SPREE,
      'fan,FAN,Tower Fan,0,USD,active,"Quiet, ""very"" quiet.\nTwo lines.",Air -> Fans,,,,,,,in,,30 m²',
      'fan,FAN-W,,59.90,USD,,,,Color,White,Size,L,,11.5,in,5,',
      'fan,FAN-B,,64,USD,,,,Color,Black,,,,,in,,',
      'fan,FAN-B,,62,EUR,,,,,,,,,,,,',
      'bowl,BOWL,Bowl,9.99,EUR,draft,Deep.,Kitchen,,,,,,,,3,',
      'orphan,O-1,,9.99,EUR,,,,Color,Red,,,,,,3,',
      'bad,BAD,Bad price,nine,EUR,,,Kitchen,,,,,,,,3,',
      'odd,ODD,Odd "quote" here,9,EUR,,,Kitchen,,,,,,,,3,',
      'cup,CUP,Cup,9,EUR,,,Kitchen,,,,,,,,3,,,,too,many',
      'mug,MUG,Mug,4.5,EUR,,,Kitchen',
      'fan,FAN-W,,55,EUR,,,,,,,,,,,,',
    ].join('\r\n'),
  );
  const own = await listOwnProducts(shop.db, shop.sellerId, 1, 10);
  assert.deepEqual(
    own.items
      .reverse()
      .map(
        ({
          status,
          document: { title, familyKey, variant, category, description, attributes, priceMinor, currency, productId },
        }) => ({
          ...{ title, status, familyKey, variant, category, description, attributes, priceMinor, currency },
          stock: shop.stock.get(productId),
        }),
      ),
    [
      {
        title: 'Tower Fan – White / L',
        status: 'active',
        familyKey: 'fan',
        variant: { Color: 'White', Size: 'L' },
        category: ['Air', 'Fans'],
        description: 'Quiet, "very" quiet. Two lines.',
        attributes: { 'Room coverage': '30 m²', Width: '11.5 in' },
        priceMinor: 5990,
        currency: 'USD',
        stock: 5,
      },
      {
        title: 'Tower Fan – Black',
        status: 'active',
        familyKey: 'fan',
        variant: { Color: 'Black' },
        category: ['Air', 'Fans'],
        description: 'Quiet, "very" quiet. Two lines.',
        attributes: { 'Room coverage': '30 m²' },
        priceMinor: 6400,
        currency: 'USD',
        stock: DEFAULT_STOCK,
      },
      {
        title: 'Bowl',
        status: 'hidden',
        familyKey: null,
        variant: {},
        category: ['Kitchen'],
        description: 'Deep.',
        attributes: {},
        priceMinor: 999,
        currency: 'EUR',
        stock: 3,
      },
      {
        title: 'Mug',
        status: 'active',
        familyKey: null,
        variant: {},
        category: ['Kitchen'],
        description: '',
        attributes: {},
        priceMinor: 450,
        currency: 'EUR',
        stock: DEFAULT_STOCK,
      },
    ],
  );
  const byLine = (reasons: { line: number; reason: string }[]) => reasons.toSorted((a, b) => a.line - b.line);
  assert.deepEqual(byLine(report.leftOut.first), [
    { line: 8, reason: 'a variant without the row of its product before it' },
    { line: 9, reason: '/price: must be an amount such as 12.99' },
    { line: 10, reason: 'a quote inside a field (it must be doubled, in a quoted field)' },
    { line: 11, reason: 'more fields than the header has' },
  ]);
  assert.deepEqual(report.passedOver, {
    count: 2,
    byReason: { 'a further price of a product: the first one counts': 2 },
    first: [6, 13].map((row) => ({ line: row, reason: 'a further price of a product: the first one counts' })),
  });
});

test('an open quote ends the reading, and says where', async (t) => {
  const shop = await openImportShop(t);
  const rows = (count: number) =>
    `x,X,Cup,9,EUR,,,Kitchen\n`.repeat(count).replaceAll('x,X', () => `s${slug},S${slug++}`);
  let slug = 0;
  const short = await shop.importText(
    'open.csv',
    `${SPREE}\n${rows(3)}open,O,"Never closed,9,EUR,,,Kitchen\n${rows(3)}`,
  );
  assert.deepEqual([short.created, short.leftOut.first], [3, [{ line: 5, reason: 'a quoted field is not closed' }]]);
  const long = await shop.importText(
    'open-long.csv',
    `${SPREE}\n${rows(3)}open,O,"Never closed,9,EUR,,,Kitchen\n${rows(50_000)}`,
  );
  assert.deepEqual(
    [long.created, long.fault],
    [3, 'the record that begins on line 5 does not end within 1024 KB; a quote may be open'],
  );
});

test('rows of a Shopify CSV are products, variants and pictures', async (t) => {
  const shop = await openImportShop(t);
  const header = [
    'Handle',
    'Title',
    'Body (HTML)',
    'Vendor',
    'Product Category',
    'Type',
    'Tags',
    'Published',
    'Option1 Name',
    'Option1 Value',
    'Option2 Name',
    'Option2 Value',
    'Variant SKU',
    'Variant Inventory Qty',
    'Variant Price',
    'Variant Barcode',
    'Image Src',
    'Image Position',
    'Variant Image',
    'Status',
  ];
  const row = (fields: Record<string, string>) =>
    header.map((name) => `"${(fields[name] ?? '').replaceAll('"', '""')}"`).join(',');
  const tee = { Handle: 'tee', 'Variant Price': '19.00' };
  const report = await shop.importText(
    'shopify.csv',
    [
      header.join(','),
      row({
        ...tee,
        Title: 'Tee',
        'Body (HTML)':
          '<p>Soft &amp; <b>light</b>.</p><script>x()</script><ul><li>Cotton</li><li>5 &lt; 6 &#8364;</li></ul>',
        Vendor: 'Loom',
        'Product Category': 'Apparel > Shirts',
        Type: 'Shirt',
        Published: 'TRUE',
        'Option1 Name': 'Color',
        'Option1 Value': 'Red',
        'Option2 Name': 'Size',
        'Option2 Value': 'M',
        'Variant Inventory Qty': '4',
        'Variant Barcode': "'4006381333931",
        'Image Src': 'https://cdn.example/files/b.jpg?v=1',
        'Image Position': '2',
        Status: 'active',
      }),
      row({
        ...tee,
        'Option1 Value': 'Blue',
        'Option2 Value': 'M',
        'Variant Price': '21.50',
        'Variant Inventory Qty': '-2',
        'Variant Barcode': 'INT-7',
        'Image Src': '../outside.jpg',
        'Image Position': '1',
      }),
      row({ Handle: 'tee', 'Image Src': 'c.jpg', 'Image Position': '3' }),
      row({
        Handle: 'mug',
        Title: 'Mug',
        Type: 'Cups',
        Published: 'FALSE',
        'Option1 Name': 'Title',
        'Option1 Value': 'Default Title',
        'Variant Price': '8',
      }),
      row({ Handle: 'gone', Title: 'No price', Type: 'Cups' }),
    ].join('\n'),
  );
  const own = await listOwnProducts(shop.db, shop.sellerId, 1, 10);
  assert.deepEqual(
    own.items
      .reverse()
      .map(
        ({
          status,
          document: { title, brand, familyKey, variant, category, description, gtin, priceMinor, currency, productId },
        }) => ({
          ...{ title, status, brand, familyKey, variant, category, description, gtin, priceMinor, currency },
          stock: shop.stock.get(productId),
        }),
      ),
    [
      {
        title: 'Tee – Red / M',
        status: 'active',
        brand: 'Loom',
        familyKey: 'tee',
        variant: { Color: 'Red', Size: 'M' },
        category: ['Apparel', 'Shirts'],
        description: 'Soft & light.\nCotton\n5 < 6 €',
        gtin: '4006381333931',
        priceMinor: 1900,
        currency: 'USD',
        stock: 4,
      },
      {
        title: 'Tee – Blue / M',
        status: 'active',
        brand: 'Loom',
        familyKey: 'tee',
        variant: { Color: 'Blue', Size: 'M' },
        category: ['Apparel', 'Shirts'],
        description: 'Soft & light.\nCotton\n5 < 6 €',
        gtin: null,
        priceMinor: 2150,
        currency: 'USD',
        stock: 0,
      },
      {
        title: 'Mug',
        status: 'hidden',
        brand: null,
        familyKey: null,
        variant: {},
        category: ['Cups'],
        description: '',
        gtin: null,
        priceMinor: 800,
        currency: 'USD',
        stock: DEFAULT_STOCK,
      },
    ],
  );
  assert.deepEqual(report.leftOut.first, [{ line: 6, reason: '/price: must be an amount such as 12.99' }]);
  assert.deepEqual(report.picturesRefused.byReason, {
    'lies outside the directory of pictures': 2,
    'no such file in the directory of pictures': 4,
  });
});
