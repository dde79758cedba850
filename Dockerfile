# One image; the command chooses the program: node idp/main.ts | operator/main.ts | idp/migrate.ts | idp/rescue.ts
# Node runs the TypeScript as it is, so only the web pages are built.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS manifest
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

# Behind a proxy with a certificate of its own, build with --secret id=ca,src=<PEM file>; without it Node only warns.
# No install scripts: none of the production dependencies needs one, and a new one shall not run unseen.
FROM manifest AS dependencies
RUN --mount=type=secret,id=ca NODE_EXTRA_CA_CERTS=/run/secrets/ca npm ci --omit=dev --ignore-scripts \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.[cm]ts' \) -delete
# What is in the image, for scanners; without its time and random number it is the same each time.
RUN npm sbom --omit=dev --package-lock-only --sbom-format=cyclonedx > sbom.json \
 && node -e 'const sbom = require("./sbom.json"); delete sbom.serialNumber; delete sbom.metadata.timestamp; \
             sbom.metadata.component.name = "permiso"; fs.writeFileSync("permiso.cdx.json", JSON.stringify(sbom))'

FROM manifest AS source
RUN --mount=type=secret,id=ca NODE_EXTRA_CA_CERTS=/run/secrets/ca npm ci --ignore-scripts
COPY tsconfig.json ./
COPY idp idp
COPY operator operator
RUN npm run build \
 && mv idp/web/dist dist \
 && rm -rf idp/web idp/all-in-one \
 && mkdir idp/web \
 && mv dist idp/web/dist \
 && chmod -R a=rX,u+w idp operator

FROM ${NODE_IMAGE} AS program
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Permiso" \
      org.opencontainers.image.description="Passkey-only OpenID Connect identity provider, declared in Kubernetes resources" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Whatever breaks in finds no package manager.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
           /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*
WORKDIR /app
ENV NODE_ENV=production
COPY package.json LICENSE ./
COPY --from=dependencies /app/permiso.cdx.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=source /app/idp idp
COPY --from=source /app/operator operator

# What Node makes of the code when it loads it: types stripped, compiled. Kept, so that no start makes it again, and
# the stripper stays out of memory. A program loads everything before it says (78) that it is not configured. The
# user is that of later, because Node looks for what the same user kept, and hides it from others.
FROM program AS compiled
ENV NODE_COMPILE_CACHE=/tmp/compiled
USER 65532:65532
RUN for main in idp/main.ts idp/migrate.ts operator/main.ts; do node $main 2>/dev/null || [ $? = 78 ] || exit 1; done \
 && chmod -R a+rX /tmp/compiled

FROM program
COPY --from=compiled --chown=0:0 /tmp/compiled compiled
# New objects get little room, which costs no CPU that could be measured and saves 30 MiB in each program; one heap
# for the C part of all threads saves 8 more.
ENV NODE_COMPILE_CACHE=/app/compiled NODE_OPTIONS=--max-semi-space-size=2 MALLOC_ARENA_MAX=1
# Numeric, so that runAsNonRoot can be checked; every file belongs to root, and nothing is ever written.
USER 65532:65532
EXPOSE 1812 9464
ENTRYPOINT []
CMD ["node", "idp/main.ts"]
