import type { UseCaseDependencies } from '../dependencies.js';
import { createCustomer } from './create-customer.js';
import { createSetupIntent } from './create-setup-intent.js';
import type { CustomerUseCases } from './customer-use-cases.js';
import { deleteCustomer } from './delete-customer.js';
import { detachPaymentMethod } from './detach-payment-method.js';
import { listPaymentMethods } from './list-payment-methods.js';
import { requireCustomer } from './require-customer.js';
import { updateCustomer } from './update-customer.js';

export function manageCustomers(dependencies: UseCaseDependencies): CustomerUseCases {
  return {
    createCustomer: createCustomer(dependencies),
    getCustomer: async (id) => requireCustomer(await dependencies.repositories.customers.get(id)),
    updateCustomer: updateCustomer(dependencies),
    deleteCustomer: deleteCustomer(dependencies),
    listPaymentMethods: listPaymentMethods(dependencies),
    createSetupIntent: createSetupIntent(dependencies),
    detachPaymentMethod: detachPaymentMethod(dependencies),
  };
}
