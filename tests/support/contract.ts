import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';

const addFormats = addFormatsModule.default;

interface MediaType {
  schema?: unknown;
}
interface Operation {
  responses: Record<string, { content?: Record<string, MediaType> }>;
}
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

export interface SeenResponse {
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  contentType: string | null;
  body: unknown;
}

/** The committed document: what callers were promised. */
export function readDocument(): OpenApiDocument {
  return JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
}

/** Checks responses against the document. */
export class Contract {
  readonly #document: OpenApiDocument;
  readonly #ajv: Ajv2020;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument = readDocument()) {
    this.#document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(this.#ajv);
    this.#ajv.addSchema(document, 'openapi');
  }

  /** Throws when the document does not promise this response. A path that it does not know is checked as a 404. */
  check(response: SeenResponse): void {
    const { method, path, status } = response;
    const template = this.#templateOf(method, path);
    if (template === null) {
      if (status === 404 || status === 405 || status === 403) return;
      throw new Error(`${method} ${path} answered ${status}, and openapi.json has no such operation`);
    }
    const mediaType = (response.contentType ?? '').split(';', 1)[0] ?? '';
    const pointer = [
      'paths',
      template,
      method.toLowerCase(),
      'responses',
      String(status),
      'content',
      mediaType,
    ];
    const validate = this.#validatorAt([...pointer, 'schema']);
    if (validate(response.body)) return;
    const errors = this.#ajv.errorsText(validate.errors, { dataVar: 'body' });
    throw new Error(`${method} ${path} answered ${status} unlike openapi.json says: ${errors}`);
  }

  #templateOf(method: string, path: string): string | null {
    const matches = Object.keys(this.#document.paths).filter((template) => {
      const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
      return pattern.test(path) && this.#document.paths[template]?.[method.toLowerCase()] !== undefined;
    });
    // A path without parameters goes before one with.
    return matches.sort((left, right) => left.split('{').length - right.split('{').length)[0] ?? null;
  }

  #validatorAt(pointer: readonly string[]): ValidateFunction {
    const fragment = pointer.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'));
    const reference = `openapi#/${fragment.map(encodeURIComponent).join('/')}`;
    const known = this.#validators.get(reference);
    if (known !== undefined) return known;
    if (!exists(this.#document, pointer))
      throw new Error(`openapi.json does not promise ${pointer.join(' > ')}`);
    const validator = this.#ajv.compile({ $ref: reference });
    this.#validators.set(reference, validator);
    return validator;
  }
}

function exists(document: unknown, pointer: readonly string[]): boolean {
  let value = document;
  for (const part of pointer) value = (value as Record<string, unknown> | undefined)?.[part];
  return value !== undefined;
}
