import fp from 'fastify-plugin';

const TEXT = new TextDecoder('utf-8', { fatal: true });

/** Thrown when a body is not one JSON document in UTF-8; answered as `malformed_json`. */
class MalformedJson extends Error {
  override readonly name = 'MalformedJson';
  readonly code = 'FST_ERR_CTP_INVALID_JSON_BODY';
}

/** Accepts only JSON bodies in UTF-8, without members that poison prototypes. An empty body counts as none. */
export const jsonBodies = fp(
  async (scope) => {
    scope.removeAllContentTypeParsers();
    const parse = scope.getDefaultJsonParser('error', 'error');
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      if (body.length === 0) {
        done(null, undefined);
        return;
      }
      try {
        void parse(request, TEXT.decode(body), (error, value) => {
          done(error && new MalformedJson('The body is not JSON', { cause: error }), value);
        });
      } catch (error) {
        done(new MalformedJson('The body is not UTF-8', { cause: error }));
      }
    });
  },
  { name: 'json-bodies' },
);

/** Passes bodies on as unchanged text, whatever their media type: a signature covers exactly that text. */
export const rawBodies = fp(
  async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
      done(null, body);
    });
  },
  { name: 'raw-bodies' },
);
