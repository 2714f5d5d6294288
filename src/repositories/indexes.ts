import type { Document } from 'mongodb';
import type { Schema } from 'mongoose';
import type { Store, Stores } from './stores.js';

type AnyStore = Pick<Store<Document>, 'batch'> & { model: { schema: Schema } };

/** Creates the collections and the indexes that their schemas declare; what is there already is left alone. */
export async function createDeclaredIndexes(stores: Stores, names: readonly (keyof Stores)[]): Promise<void> {
  for (const name of names) {
    const { batch, model }: AnyStore = stores[name];
    // A transaction may not create a collection under a unique index that is still to be built.
    await batch.createIndex({ _id: 1 });
    for (const [keys, options] of model.schema.indexes()) {
      const { background: _, ...rest } = options as Document;
      await batch.createIndex(keys as Document, rest);
    }
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
