# One image for everything of Mallflow that runs: the API unless another command is given (worker: node dist/src/worker.js,
# verbs: node bin/mallflow.mjs ...). Debian, because Temporal's core is built against glibc.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY prisma prisma
COPY src src
COPY workflows workflows
COPY activities activities
COPY bench bench
RUN npm run build

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# What is optional is the embedded PostgreSQL and the bundler's compiler: neither runs here.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
# A volume mounted here takes over its owner; the sandboxes keep their journals in it.
RUN install -d -o 1000 -g 1000 /var/lib/mallflow
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY bin/mallflow.mjs bin/build-stamp.mjs bin/
COPY prisma/migrations prisma/migrations
COPY --from=build /app/dist dist
USER 1000:1000
EXPOSE 8080
# With HEALTH_FILE this is a worker, which touches that file every 10 s while it is well; else an API, which is asked.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD \
  if [ -n "$HEALTH_FILE" ]; then test -n "$(find "$HEALTH_FILE" -mmin -1)"; \
  else node -e "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"; fi
CMD ["node", "--enable-source-maps", "dist/src/server.js"]
