import { randomUUID } from 'node:crypto';
import type { CouponResponse } from '../../src/schemas/coupons/coupons.js';
import type { PromotionCodeResponse } from '../../src/schemas/coupons/promotion-codes.js';
import type { SetupIntentResponse } from '../../src/schemas/customers/create-setup-intent.js';
import type { CustomerResponse } from '../../src/schemas/customers/customer-response.js';
import type {
  DetachedPaymentMethodResponse,
  PaymentMethodListResponse,
} from '../../src/schemas/customers/payment-methods.js';
import type { OrderResponse } from '../../src/schemas/orders/order-response.js';
import type { CheckoutSessionResponse } from '../../src/schemas/payments/checkout-session.js';
import type { ConfirmPaymentResponse } from '../../src/schemas/payments/confirm-payment.js';
import type { CreateIntentResponse } from '../../src/schemas/payments/create-intent.js';
import type { RefundListResponse } from '../../src/schemas/payments/list-refunds.js';
import type { PaymentDetailsResponse } from '../../src/schemas/payments/payment-details-response.js';
import type { PaymentHistoryResponse } from '../../src/schemas/payments/payment-history.js';
import type { PaymentResponse, PaymentStatusResponse } from '../../src/schemas/payments/payment-response.js';
import type { PaymentTimelineResponse } from '../../src/schemas/payments/payment-timeline.js';
import type { RefundResponse } from '../../src/schemas/payments/refund-payment.js';
import type { ResentReceiptResponse } from '../../src/schemas/payments/resend-receipt.js';
import type { Problem } from '../../src/schemas/shared/problem.js';
import { Contract } from './contract.js';

/** Bodies are loose, because tests send wrong ones too. */
type Body = Record<string, unknown>;

export interface CallOptions {
  /** A random one by default; null sends none. */
  idempotencyKey?: string | null;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** An answer that openapi.json was found to promise. */
export class ApiAnswer<Success> {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came. */
  readonly text: string;
  readonly #parsed: unknown;

  constructor(response: Response, text: string) {
    this.status = response.status;
    this.headers = response.headers;
    this.text = text;
    this.#parsed = text === '' ? undefined : JSON.parse(text);
  }

  /** Throws, with what the API said, when it said no. */
  get body(): Success {
    if (this.status >= 300) throw new Error(`the API answered ${this.status}: ${this.text}`);
    return this.#parsed as Success;
  }

  /** Throws when the API said yes. */
  get problem(): Problem {
    if (this.status < 300) throw new Error(`the API answered ${this.status}: ${this.text}`);
    return this.#parsed as Problem;
  }

  get replayed(): boolean {
    return this.headers.get('Idempotent-Replayed') === 'true';
  }
}

const contract = new Contract();

/** Speaks the API as a caller does. Every response is checked against openapi.json; one that breaks it throws. */
export class ApiClient {
  readonly #baseUrl: string;
  readonly #apiKey: string | null;

  constructor(options: { baseUrl: string; apiKey: string | null }) {
    this.#baseUrl = options.baseUrl;
    this.#apiKey = options.apiKey;
  }

  createCustomer(body: Body, options?: CallOptions) {
    return this.post<CustomerResponse>('/api/customers', body, { idempotencyKey: null, ...options });
  }

  getCustomer(id: string) {
    return this.get<CustomerResponse>(`/api/customers/${id}`);
  }

  updateCustomer(id: string, body: Body) {
    return this.send<CustomerResponse>('PATCH', `/api/customers/${id}`, body);
  }

  deleteCustomer(id: string) {
    return this.send<CustomerResponse>('DELETE', `/api/customers/${id}`, undefined);
  }

  listPaymentMethods(customerId: string, query = '') {
    return this.get<PaymentMethodListResponse>(`/api/customers/${customerId}/payment-methods${query}`);
  }

  createSetupIntent(customerId: string, body: Body = {}, options?: CallOptions) {
    return this.post<SetupIntentResponse>(`/api/customers/${customerId}/setup-intent`, body, options);
  }

  detachPaymentMethod(customerId: string, paymentMethodId: string) {
    const path = `/api/customers/${customerId}/payment-methods/${paymentMethodId}`;
    return this.send<DetachedPaymentMethodResponse>('DELETE', path, undefined);
  }

  createOrder(body: Body, options?: CallOptions) {
    return this.post<OrderResponse>('/api/orders', body, { idempotencyKey: null, ...options });
  }

  createCoupon(body: Body, options?: CallOptions) {
    return this.post<CouponResponse>('/api/coupons', body, options);
  }

  createPromotionCode(body: Body, options?: CallOptions) {
    return this.post<PromotionCodeResponse>('/api/promotion-codes', body, options);
  }

  getOrder(id: string) {
    return this.get<OrderResponse>(`/api/orders/${id}`);
  }

  createIntent(body: Body, options?: CallOptions) {
    return this.post<CreateIntentResponse>('/api/payments/create-intent', body, options);
  }

  confirm(body: Body, options?: CallOptions) {
    return this.post<ConfirmPaymentResponse>('/api/payments/confirm', body, options);
  }

  capture(paymentId: string, body: Body = {}, options?: CallOptions) {
    return this.post<PaymentResponse>(`/api/payments/${paymentId}/capture`, body, options);
  }

  cancelPayment(paymentId: string, body: Body = {}, options?: CallOptions) {
    return this.post<PaymentResponse>(`/api/payments/${paymentId}/cancel`, body, options);
  }

  cancelOrder(orderId: string, body: Body = {}, options?: CallOptions) {
    return this.post<OrderResponse>(`/api/orders/${orderId}/cancel`, body, options);
  }

  refund(body: Body, options?: CallOptions) {
    return this.post<RefundResponse>('/api/payments/refund', body, options);
  }

  createCheckoutSession(body: Body, options?: CallOptions) {
    return this.post<CheckoutSessionResponse>('/api/payments/checkout-session', body, options);
  }

  updatePayment(id: string, body: Body, options?: CallOptions) {
    return this.patch<PaymentResponse>(`/api/payments/${id}`, body, options);
  }

  resendReceipt(id: string, options?: CallOptions) {
    return this.post<ResentReceiptResponse>(`/api/payments/${id}/receipt`, {}, options);
  }

  listRefunds(paymentId: string, query = '') {
    return this.get<RefundListResponse>(`/api/payments/${paymentId}/refunds${query}`);
  }

  history(userId: string, query: Record<string, string> = {}) {
    const suffix = new URLSearchParams(query).toString();
    return this.get<PaymentHistoryResponse>(
      `/api/payments/history/${encodeURIComponent(userId)}${suffix && `?${suffix}`}`,
    );
  }

  timeline(id: string, query = '') {
    return this.get<PaymentTimelineResponse>(`/api/payments/${id}/timeline${query}`);
  }

  getPayment(id: string) {
    return this.get<PaymentDetailsResponse>(`/api/payments/${id}`);
  }

  getPaymentStatus(id: string, query: { refresh?: boolean } = {}) {
    const suffix = query.refresh === undefined ? '' : `?refresh=${query.refresh}`;
    return this.get<PaymentStatusResponse>(`/api/payments/${id}/status${suffix}`);
  }

  get<Success>(path: string, options: CallOptions = {}): Promise<ApiAnswer<Success>> {
    return this.#send<Success>('GET', path, { ...options, idempotencyKey: null });
  }

  post<Success>(path: string, body: unknown, options: CallOptions = {}): Promise<ApiAnswer<Success>> {
    return this.#send<Success>('POST', path, { ...options, json: JSON.stringify(body) });
  }

  patch<Success>(path: string, body: unknown, options: CallOptions = {}): Promise<ApiAnswer<Success>> {
    return this.#send<Success>('PATCH', path, { ...options, json: JSON.stringify(body) });
  }

  /** Any method; without a body when it is undefined. */
  send<Success>(method: string, path: string, body: unknown): Promise<ApiAnswer<Success>> {
    return this.#send<Success>(method, path, body === undefined ? {} : { json: JSON.stringify(body) });
  }

  async #send<Success>(method: string, path: string, options: CallOptions & { json?: string }) {
    const { idempotencyKey = randomUUID(), json, signal } = options;
    const response = await fetch(`${this.#baseUrl}${path}`, {
      method,
      headers: {
        ...(this.#apiKey === null ? {} : { Authorization: `Bearer ${this.#apiKey}` }),
        ...(idempotencyKey === null ? {} : { 'Idempotency-Key': idempotencyKey }),
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...options.headers,
      },
      ...(json === undefined ? {} : { body: json }),
      ...(signal === undefined ? {} : { signal }),
    });
    const answer = new ApiAnswer<Success>(response, await response.text());
    contract.check({
      method,
      path: new URL(path, this.#baseUrl).pathname,
      status: answer.status,
      contentType: response.headers.get('Content-Type'),
      body: answer.text === '' ? undefined : JSON.parse(answer.text),
    });
    return answer;
  }
}
