import type { Document, IndexDescription } from 'mongodb';
import type { Schema } from 'mongoose';
import type { Store, Stores } from './stores.js';

type AnyStore = Pick<Store<Document>, 'batch'> & { model: { schema: Schema } };

/** Creates the collections and the indexes that their schemas declare; what is there already is left alone. */
export async function createDeclaredIndexes(stores: Stores, names: readonly (keyof Stores)[]): Promise<void> {
  for (const name of names) {
    const { batch, model }: AnyStore = stores[name];
    const declared = model.schema.indexes().map(([key, options]) => {
      const { background: _, ...rest } = options as Document;
      return { key: key as IndexDescription['key'], ...rest };
    });
    // A transaction may not create a collection under a unique index that is still to be built: `_id` makes it.
    await batch.createIndexes([{ key: { _id: 1 }, name: '_id_' }, ...declared]);
  }
}

/** Unique indexes that are declared and not there: without them a duplicate would silently pass. */
export async function missingUniqueIndexes(stores: Stores): Promise<string[]> {
  const missing: string[] = [];
  for (const store of Object.values(stores)) {
    const { batch, model }: AnyStore = store;
    const present = await batch.indexes().catch(() => [] as Document[]);
    const keys = new Set(present.filter((index) => index.unique).map((index) => JSON.stringify(index.key)));
    for (const [declared, options] of model.schema.indexes()) {
      if ((options as Document).unique && !keys.has(JSON.stringify(declared))) {
        missing.push(`${batch.collectionName} ${JSON.stringify(declared)}`);
      }
    }
  }
  return missing;
}
