import type { MetadataPatch } from '../../domain/merge-metadata.js';
import type { CustomerRow } from '../../domain/rows/customer.js';
import type { PaymentMethodRow } from '../../domain/rows/payment-method.js';
import type { SetupIntentRow } from '../../domain/rows/setup-intent.js';
import type { Metadata } from '../../domain/rows/shared.js';
import type { CallContext } from '../use-cases.js';

export interface CreateCustomerInput {
  userId: string;
  email: string;
  name?: string | undefined;
  metadata?: Metadata | undefined;
}

/** What is absent stays as it is. */
export interface UpdateCustomerInput {
  customerId: string;
  email?: string | undefined;
  /** Null takes the name away. */
  name?: string | null | undefined;
  metadata?: MetadataPatch | undefined;
  /** One of the customer's saved payment methods; null for none. */
  defaultPaymentMethodId?: string | null | undefined;
}

export interface CreateSetupIntentInput {
  customerId: string;
  /** Confirms at once, with this payment method. */
  paymentMethodId?: string | undefined;
  returnUrl?: string | undefined;
}

export interface ListPaymentMethodsInput {
  customerId: string;
  limit: number;
  before: string | null;
}

/** A customer's saved payment methods, newest first. */
export interface PaymentMethodPage {
  customer: CustomerRow;
  rows: PaymentMethodRow[];
  /** The position before which the next page begins; null on the last. */
  next: string | null;
}

/** What `/api/customers` does. Each but the first throws `customer_not_found` (404). */
export interface CustomerUseCases {
  createCustomer(
    input: CreateCustomerInput,
    context: CallContext,
  ): Promise<{ customer: CustomerRow; created: boolean }>;
  /** Also one that was deleted. */
  getCustomer(id: string): Promise<CustomerRow>;
  updateCustomer(input: UpdateCustomerInput, context: CallContext): Promise<CustomerRow>;
  /** The row as it is left; again changes nothing. */
  deleteCustomer(id: string, context: CallContext): Promise<CustomerRow>;
  listPaymentMethods(input: ListPaymentMethodsInput): Promise<PaymentMethodPage>;
  /** With its client secret. */
  createSetupIntent(input: CreateSetupIntentInput, context: CallContext): Promise<SetupIntentRow>;
  detachPaymentMethod(
    input: { customerId: string; paymentMethodId: string },
    context: CallContext,
  ): Promise<PaymentMethodRow>;
}
