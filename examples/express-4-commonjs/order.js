const mongoose = require('mongoose');

/** The shop's own order. Guichet has an Order too, in collections and a Mongoose instance of its own. */
exports.Order = mongoose.model(
  'Order',
  new mongoose.Schema({
    userId: String,
    title: String,
    /** Cents. */
    price: Number,
    status: { type: String, default: 'open' },
    /** Effect keys of what was done: one that is here is not done again. */
    fulfilments: [String],
  }),
);
