import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type ReceiptInput, type ReceiptOrder, renderReceipt } from './render-receipt.js';

function receiptOrder(fields: Partial<ReceiptOrder> = {}): ReceiptOrder {
  return {
    id: 'ord_01JHMZ5T8GCQ4W7V3K9X2B6N0D',
    items: [
      { name: 'Coffee beans', quantity: 2, unitAmount: 1250, amount: 2500 },
      { name: 'Filter', quantity: 1000, unitAmount: 5, amount: 5000 },
    ],
    subtotal: 7500,
    discount: 0,
    tax: 0,
    total: 7500,
    currency: 'eur',
    locale: 'en',
    ...fields,
  };
}

function input(order: ReceiptOrder | null, payment: Partial<ReceiptInput['payment']> = {}): ReceiptInput {
  return {
    order,
    payment: {
      id: 'pay_01JHMZ5T8GCQ4W7V3K9X2B6N0D',
      amount: order?.total ?? 7500,
      currency: order?.currency ?? 'eur',
      paidAt: new Date('2025-03-01T23:30:00Z'),
      cardBrand: 'visa',
      cardLast4: '4242',
      ...payment,
    },
    merchantName: 'Example Shop',
    recipient: 'ann@example.com',
  };
}

/** With ordinary spaces, as a person sees it. */
function spaced(text: string): string {
  return text.replaceAll(/[\u00a0\u202f]/gu, ' ');
}

describe('renderReceipt', () => {
  it('says in English who was paid what, when, for what and how', () => {
    const { subject, text, html } = renderReceipt(input(receiptOrder()));
    expect(subject).to.equal('Your receipt from Example Shop: €75.00');
    const facts = ['Coffee beans', '€12.50', '€25.00', '1,000', '€0.05', '€50.00', 'Visa ending in 4242'];
    const ids = ['ord_01JHMZ5T8GCQ4W7V3K9X2B6N0D', 'pay_01JHMZ5T8GCQ4W7V3K9X2B6N0D', 'ann@example.com'];
    for (const part of [...facts, ...ids]) {
      expect(text, part).to.include(part);
      expect(html, part).to.include(part);
    }
    expect(spaced(text)).to.include('March 1, 2025 at 11:30 PM UTC');
    expect(html).to.include('<html lang="en">');
    expect(html + text).to.not.match(/undefined|\[object|\{\w+\}/);
  });

  it('lays the text out line by line', () => {
    const { text } = renderReceipt(input(receiptOrder({ items: receiptOrder().items.slice(0, 1) })));
    expect(spaced(text).split('\n')).to.deep.equal([
      'Example Shop',
      '',
      'Thank you for your payment',
      'Example Shop received your payment of €75.00 on March 1, 2025 at 11:30 PM UTC.',
      '',
      '2 x Coffee beans (€12.50): €25.00',
      '',
      'Total: €75.00',
      '',
      'Amount paid: €75.00',
      'Date: March 1, 2025 at 11:30 PM UTC',
      'Paid with: Visa ending in 4242',
      'Order: ord_01JHMZ5T8GCQ4W7V3K9X2B6N0D',
      'Payment: pay_01JHMZ5T8GCQ4W7V3K9X2B6N0D',
      '',
      '--',
      'You receive this mail at ann@example.com because you paid Example Shop. Keep it for your records.',
      '',
    ]);
  });

  it('speaks French where the order does', () => {
    const { subject, text, html } = renderReceipt(input(receiptOrder({ locale: 'fr' })));
    expect(spaced(subject)).to.equal('Votre reçu de Example Shop : 75,00 €');
    expect(spaced(text)).to.include('1 mars 2025 à 23:30 UTC');
    expect(spaced(text)).to.include('Visa se terminant par 4242');
    expect(html).to.include('<html lang="fr">').and.to.include('Prix unitaire');
  });

  it('takes the language of a locale with a region, and English for any other', () => {
    expect(renderReceipt(input(receiptOrder({ locale: 'fr-CA' }))).subject).to.include('Votre reçu');
    expect(renderReceipt(input(receiptOrder({ locale: 'de' }))).subject).to.include('Your receipt');
  });

  it('formats amounts in the currency of the order, by our exponents', () => {
    const items = [{ name: 'Tea', quantity: 1, unitAmount: 500, amount: 500 }];
    const sums = { items, subtotal: 500, total: 500 };
    expect(renderReceipt(input(receiptOrder({ ...sums, currency: 'jpy' }))).subject).to.include('¥500');
    expect(spaced(renderReceipt(input(receiptOrder({ ...sums, currency: 'isk' }))).subject)).to.include(
      'ISK 5',
    );
    expect(spaced(renderReceipt(input(receiptOrder({ ...sums, currency: 'kwd' }))).subject)).to.include(
      'KWD 0.500',
    );
    expect(() => renderReceipt(input(receiptOrder({ currency: 'xyz' })))).to.throw(RangeError, 'xyz');
  });

  it('shows subtotal and discount only where there is a discount', () => {
    const plain = renderReceipt(input(receiptOrder())).text;
    const reduced = renderReceipt(input(receiptOrder({ discount: 500, total: 7000 }))).text;
    expect(plain).to.not.include('Discount');
    expect(reduced)
      .to.include('Subtotal: €75.00')
      .and.to.include('Discount: -€5.00')
      .and.to.include('Total: €70.00');
  });

  it('works without an order and without a card', () => {
    const { text, html } = renderReceipt(input(null, { cardBrand: null, cardLast4: null }));
    expect(text).to.include('€75.00').and.to.not.include('Order');
    expect(html).to.not.include('Quantity');
    expect(text + html).to.not.match(/undefined|Paid with/);
  });

  const hostile = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'; drop table",
    '</td></tr></table>',
    '<%= it.secret %>',
    '{recipient} {amount}',
    '$& $1 $`',
  ];
  for (const name of hostile) {
    it(`escapes ${name}`, () => {
      const items = [{ name, quantity: 1, unitAmount: 7500, amount: 7500 }];
      const receipt = { ...input(receiptOrder({ items })), merchantName: name, recipient: name };
      const { html, text } = renderReceipt(receipt);
      const reference = renderReceipt({
        ...input(receiptOrder({ items: [{ ...items[0], name: 'x' } as never] })),
      });
      expect(html.match(/<[a-z!/][^>]*>/gi)?.length).to.equal(
        reference.html.match(/<[a-z!/][^>]*>/gi)?.length,
      );
      expect(html).to.not.include('<script').and.to.not.include('<img');
      expect(text).to.include(name);
    });
  }

  it('lets no name begin a line or a header of its own', () => {
    const name = 'Tea\r\nBcc: eve@example.com\u2028Total: €0.00\u202Egnp';
    const items = [{ name, quantity: 1, unitAmount: 7500, amount: 7500 }];
    const { subject, text } = renderReceipt({ ...input(receiptOrder({ items })), merchantName: name });
    expect(subject).to.not.match(/[\r\n\u2028\u202e]/);
    expect(text.split('\n').filter((line) => /^(Bcc|Total: €0)/.test(line))).to.deep.equal([]);
  });

  it('has the same labels in every language', () => {
    const [english, french] = ['en', 'fr'].map((locale) => {
      const labels = JSON.parse(readFileSync(new URL(`./locales/${locale}.json`, import.meta.url), 'utf8'));
      return Object.entries<string>(labels).map(
        ([key, label]) => `${key} ${label.match(/\{\w+\}/g)?.sort() ?? ''}`,
      );
    });
    expect(french).to.deep.equal(english);
  });

  it('is a mail that mail programs can show: no script, no remote content, no style sheet', () => {
    const { html } = renderReceipt(input(receiptOrder()));
    expect(html).to.not.match(/<script|<link|<style|<img|https?:|url\(/i);
    expect(Buffer.byteLength(html)).to.be.below(20_000);
  });
});
