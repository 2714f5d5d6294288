import { createRequire } from 'node:module';
import { PURCHASE, type Step } from './purchase.js';

/** What is used of Postman's format, v2.1. */
export interface Item {
  name: string;
  description?: unknown;
  item?: Item[];
  request?: Request;
  response?: Example[];
  event?: object[];
}
interface Request {
  method: string;
  description?: unknown;
  header: { key: string; value: string }[];
  url: { path: string[]; host: string[]; query: Parameter[]; variable: Parameter[] };
  body?: object;
  auth?: object | null;
}
interface Parameter {
  key: string;
  value: string;
  disabled?: boolean;
  description?: unknown;
}
interface Example {
  name: string;
  code: number;
  status: string;
  header: { key: string; value: string }[];
  body: string;
  originalRequest: Request;
}
export interface Collection {
  info: object;
  item: Item[];
  variable: Parameter[];
  auth: object;
}
interface OpenApi {
  info: { title: string; description: string };
  paths: Record<string, Record<string, Operation>>;
}
interface Operation {
  security: object[];
  responses: object;
  parameters?: { in: string; name: string; required?: boolean; schema?: { example?: unknown } }[];
}

type Converted = { result: boolean; reason?: string; output: [{ data: Collection }] };
type Convert = (
  input: { type: 'string'; data: string },
  options: object,
  done: (error: Error | null, converted: Converted) => void,
) => void;
const { convertV2 } = createRequire(import.meta.url)('openapi-to-postmanv2') as { convertV2: Convert };

const OPTIONS = { folderStrategy: 'Tags', parametersResolution: 'Example', requestNameSource: 'Fallback' };
const BEARER = { type: 'bearer', bearer: [{ key: 'token', value: '{{apiKey}}', type: 'string' }] };
const KEY = 'Idempotency-Key';

/**
 * The document as a collection: a purchase whose requests hand their ids on, then every endpoint with its example. Of
 * the same document it is the same to the byte: what the converter makes up (ids, values) is left out.
 */
export async function collectionOf(document: string): Promise<Collection> {
  const openApi = JSON.parse(document) as OpenApi;
  const { item } = await convert(document);
  return {
    info: {
      name: openApi.info.title,
      description: `${openApi.info.description} Set baseUrl and apiKey, and run it.`,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: [
      { name: 'A purchase, step by step', item: PURCHASE.map(stepItem) },
      ...item.map((folder) => ({
        name: folder.name,
        item: (folder.item ?? []).map((each) => plain(each, openApi)),
      })),
    ],
    auth: BEARER,
    variable: [
      { key: 'baseUrl', value: 'http://127.0.0.1:3000' },
      ...['apiKey', 'orderId', 'paymentId', 'refundId'].map((key) => ({ key, value: '' })),
    ],
  };
}

function convert(data: string): Promise<Collection> {
  return new Promise((resolve, reject) => {
    convertV2({ type: 'string', data }, OPTIONS, (error, { result, reason, output }) => {
      if (error !== null || !result) reject(error ?? new Error(reason));
      else resolve(output[0].data);
    });
  });
}

function stepItem({ name, method, path, body, keeps = {}, status, checks = [] }: Step): Item {
  const script = [
    'const answer = pm.response.json();',
    `pm.test('${name}', () => {`,
    `  pm.response.to.have.status(${status});`,
    ...checks.map((check) => `  ${check}`),
    '});',
    ...Object.entries(keeps).map(
      ([key, member]) => `pm.collectionVariables.set('${key}', answer.${member});`,
    ),
  ];
  return {
    name,
    request: {
      method,
      header: [
        ...(body === undefined ? [] : [{ key: 'Content-Type', value: 'application/json' }]),
        ...(method === 'POST' && path !== '/api/orders' ? [{ key: KEY, value: '{{$guid}}' }] : []),
      ],
      url: { host: ['{{baseUrl}}'], path: path.slice(1).split('/'), query: [], variable: [] },
      ...(body === undefined
        ? {}
        : {
            body: { mode: 'raw', raw: JSON.stringify(body, null, 2), options: { raw: { language: 'json' } } },
          }),
    },
    event: [testEvent(script)],
  };
}

/** An endpoint as it was converted, less what the converter made up. */
function plain({ name, request, response = [] }: Item, openApi: OpenApi): Item {
  if (request === undefined) throw new Error(`${name} is no request`);
  const path = `/${request.url.path.map((part) => part.replace(/^:(\w+)$/, '{$1}')).join('/')}`;
  const operation = openApi.paths[path]?.[request.method.toLowerCase()];
  if (operation === undefined) throw new Error(`${request.method} ${path} is not in the document`);
  const sent = plainRequest(request, operation);
  const statuses = Object.keys(operation.responses).map(Number);
  return {
    name,
    request: { ...sent, ...(operation.security.length === 0 ? { auth: { type: 'noauth' } } : {}) },
    response: response
      .filter(({ code }) => code < 300)
      .map((example) => ({
        ...{ name: example.name, code: example.code, status: example.status, body: example.body },
        header: example.header.filter(({ key }) => key === 'Content-Type'),
        originalRequest: sent,
      })),
    event: [
      testEvent([
        `pm.test('answers as documented', () => pm.expect(${JSON.stringify(statuses)}).to.include(pm.response.code));`,
      ]),
    ],
  };
}

function plainRequest({ method, description, header, url, body }: Request, operation: Operation): Request {
  const headers = header
    .filter(({ key }) => key !== 'Accept')
    .map(({ key, value }) => ({ key, value: key === KEY ? '{{$guid}}' : value }));
  const query = url.query.map((parameter) => {
    const { required = false, schema } = (operation.parameters ?? []).find(isQuery(parameter.key)) ?? {};
    return { ...parameter, disabled: !required, value: String(schema?.example ?? '') };
  });
  return {
    method,
    header: headers,
    url: { host: url.host, path: url.path, query, variable: url.variable },
    ...(description === undefined ? {} : { description }),
    ...(body === undefined ? {} : { body }),
  };
}

function isQuery(key: string) {
  return (parameter: { in: string; name: string }) => parameter.in === 'query' && parameter.name === key;
}

function testEvent(exec: readonly string[]): object {
  return { listen: 'test', script: { type: 'text/javascript', exec } };
}
