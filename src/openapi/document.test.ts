import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import { expect } from 'chai';
import { type OpenApiDocument, readDocument } from '../../tests/support/contract.js';
import { allRoutes } from '../routes/all-routes.js';
import { buildDocument } from './document.js';
import { type ErrorCode, errorCatalogue } from './error-catalogue.js';

interface Media {
  schema: object;
  example?: unknown;
  examples?: Record<string, { value: Record<string, unknown> }>;
}
interface Operation {
  operationId: string;
  security: object[];
  tags: string[];
  'x-codeSamples'?: { source: string }[];
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; headers?: object; content: Record<string, Media> }>;
}

// As it is served: without members that are undefined.
const document = JSON.parse(JSON.stringify(buildDocument(allRoutes))) as OpenApiDocument & {
  info: { version: string };
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation as Operation })),
);

describe('openapi.json', () => {
  it('is the document that the routes make: run write-openapi.ts', () => {
    expect(readDocument()).to.deep.equal(document);
  });

  it('is OpenAPI 3.1 with every route, and the webhooks', () => {
    expect(document.openapi).to.equal('3.1.0');
    const described = operations.map(({ path, method }) => `${method} ${path}`);
    const routes = allRoutes.map(({ path, method }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(described).to.have.members([
      ...routes,
      'post /api/webhooks/stripe',
      'post /api/webhooks/stripe/connect',
    ]);
  });

  it('has the version of the package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(document.info.version).to.equal(manifest.version);
  });

  it('names each operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('refers to nothing that is not there', () => {
    const names = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(names).to.not.be.empty;
    for (const name of names) {
      expect(name).to.match(/^#\/components\/schemas\//);
      expect(document.components.schemas).to.have.property(name.slice('#/components/schemas/'.length));
    }
  });

  it('declares every parameter of a path', () => {
    for (const { path, operation } of operations) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map((parameter) => parameter.name)).to.deep.equal(names);
      expect(declared.every((parameter) => parameter.required)).to.equal(true);
    }
  });

  it('requires the Idempotency-Key where the route does', () => {
    for (const route of allRoutes) {
      const operation = operations.find(
        (each) => each.operation.operationId === route.operationId,
      )?.operation;
      const header = operation?.parameters?.find((parameter) => parameter.name === 'Idempotency-Key');
      expect(header?.required ?? false, route.path).to.equal(route.idempotency === true);
    }
  });

  it('holds valid JSON schemas (2020-12), whose patterns compile', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormatsModule.default(ajv);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(ajv.validateSchema(schema as object), name).to.equal(true);
    }
    ajv.addSchema(document, 'openapi');
    for (const name of Object.keys(document.components.schemas)) {
      expect(ajv.compile({ $ref: `openapi#/components/schemas/${name}` }), name).to.be.a('function');
    }
  });

  it('gives examples of failures that are problems, under their own status', () => {
    const ajv = new Ajv2020({ strict: false });
    const isProblem = ajv.compile(document.components.schemas.Problem as object);
    const examples = operations.flatMap(({ operation }) =>
      Object.entries(operation.responses).flatMap(([status, { content }]) =>
        Object.entries(content['application/problem+json']?.examples ?? {}).map(([code, { value }]) => {
          return { status: Number(status), code, value };
        }),
      ),
    );
    expect(examples).to.not.be.empty;
    for (const { status, code, value } of examples) {
      expect(isProblem(value), code).to.equal(true);
      expect(value).to.include({ status, code });
    }
  });

  it('gives every body and every answer an example that its own schema accepts', () => {
    const ajv = new Ajv2020({ strict: false });
    addFormatsModule.default(ajv);
    ajv.addSchema(document, 'openapi');
    const problems = operations.flatMap(({ path, method, operation }) => {
      const answers = Object.entries(operation.responses).map(([status, { content }]) => ({
        of: status,
        content,
      }));
      const bodies = [{ of: 'body', content: operation.requestBody?.content ?? {} }, ...answers];
      return bodies.flatMap(({ of, content }) => {
        const media = content['application/json'];
        if (media === undefined) return [];
        const where = `${method} ${path}, ${of}`;
        const { example } = media;
        if (example === undefined)
          return [`${where}: add \`example\` to the .meta({ id }) of its schema, beside the schema`];
        const text = JSON.stringify(media.schema).replaceAll('"#/', '"openapi#/');
        const validate = ajv.compile(JSON.parse(text) as object);
        return validate(example) ? [] : [`${where}: its example ${ajv.errorsText(validate.errors)}`];
      });
    });
    expect(problems.join('\n')).to.equal('');
  });

  it('shows each request as a command, with what it must send and no secret', () => {
    for (const { path, method, operation } of operations) {
      const source = operation['x-codeSamples']?.[0]?.source ?? '';
      expect(source, path).to.include('$GUICHET_URL');
      expect(source, path).to.not.match(/\{\w+\}|:\w+Id\b|gk_(test|live)_/);
      if (path.startsWith('/api/webhooks/')) continue;
      const needs = {
        'Idempotency-Key': operation.parameters?.some(({ name }) => name === 'Idempotency-Key') ?? false,
        'Authorization: Bearer': operation.security.length > 0,
        "-d '": operation.requestBody !== undefined,
      };
      for (const [text, wanted] of Object.entries(needs))
        expect(source.includes(text), `${method} ${path}: ${text}`).to.equal(wanted);
    }
  });

  it('names every code of the catalogue in some endpoint', () => {
    const text = JSON.stringify(document);
    for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
      expect(text, code).to.include(`"code":"${code}"`);
    }
  });

  it('lets no answer but those of create-intent, setup-intent and the checkout page hold a client secret', () => {
    const holders = Object.entries(document.components.schemas).filter(([, schema]) =>
      JSON.stringify(schema).includes('clientSecret'),
    );
    expect(holders.map(([name]) => name)).to.deep.equal(['SetupIntent', 'CreatedIntent', 'StartedCheckout']);
  });
});
