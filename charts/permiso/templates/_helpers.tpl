{{/* Names */}}

{{- define "permiso.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $made := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $made .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "permiso.idp" -}}{{ include "permiso.fullname" . }}-idp{{- end }}

{{- define "permiso.operator" -}}{{ include "permiso.fullname" . }}-operator{{- end }}

{{/* Objects without a namespace carry it in their name, so that two releases do not meet. */}}
{{- define "permiso.clusterName" -}}{{ .Release.Namespace }}-{{ include "permiso.fullname" . }}{{- end }}

{{- define "permiso.serviceAccount" -}}
{{- $made := printf "%s-%s" (include "permiso.fullname" .root) .component -}}
{{- with (index .root.Values .component).serviceAccount -}}
{{- default (ternary $made "default" .create) .name -}}
{{- end -}}
{{- end }}

{{- define "permiso.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end -}}
{{- end -}}
{{- end }}

{{- define "permiso.host" -}}{{ (urlParse .Values.appUrl).hostname }}{{- end }}

{{/* Labels. Each takes (dict "root" $ "component" "idp"). */}}

{{- define "permiso.selectorLabels" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "permiso.labels" -}}
{{ include "permiso.selectorLabels" . }}
app.kubernetes.io/part-of: permiso
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{/* Secrets: where each is, as a YAML map {name, key}, whoever made it. */}}

{{- define "permiso.secret.database" -}}
{{- with .Values.database -}}
{{- $given := list .url .existingSecret.name .cloudNativePG.cluster | compact -}}
{{- if ne (len $given) 1 -}}
{{- fail "database: set exactly one of database.url, database.existingSecret.name and database.cloudNativePG.cluster" -}}
{{- end -}}
{{- if .url -}}
{name: {{ include "permiso.fullname" $ }}-database, key: url}
{{- else if .existingSecret.name -}}
{name: {{ .existingSecret.name }}, key: {{ .existingSecret.key }}}
{{- else -}}
{name: {{ .cloudNativePG.cluster }}-app, key: uri}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "permiso.secret.operatorDatabase" -}}
{{- with .Values.operator.database -}}
{{- if ne (empty .role) (empty .existingSecret.name) -}}
{{- fail "operator.database: set role and existingSecret.name together, or neither" -}}
{{- end -}}
{{- if .role -}}
{name: {{ .existingSecret.name }}, key: {{ .existingSecret.key }}}
{{- else -}}
{{- include "permiso.secret.database" $ -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "permiso.secret.encryptionKey" -}}
{{- with .Values.encryptionKey.existingSecret -}}
{name: {{ default (printf "%s-encryption-key" (include "permiso.fullname" $)) .name }}, key: {{ ternary .key "encryption-key" (ne .name "") }}}
{{- end -}}
{{- end }}

{{- define "permiso.secret.bootstrapCode" -}}
{{- with .Values.bootstrapCode.existingSecret -}}
{name: {{ default (printf "%s-bootstrap-code" (include "permiso.fullname" $)) .name }}, key: {{ ternary .key "bootstrap-code" (ne .name "") }}}
{{- end -}}
{{- end }}

{{/* Which variable is read from which file below /etc/permiso. Files, because an environment is inherited and dumped. */}}
{{- define "permiso.files.idp" -}}
DB_CONNECTION_STRING: {{ include "permiso.secret.database" . }}
ENCRYPTION_KEY: {{ include "permiso.secret.encryptionKey" . }}
BOOTSTRAP_CODE: {{ include "permiso.secret.bootstrapCode" . }}
{{- include "permiso.previousKey" . }}
{{- with .Values.staticApiKey.existingSecret }}
{{- if .name }}
STATIC_API_KEY: {name: {{ .name }}, key: {{ .key }}}
{{- end }}
{{- end }}
{{- end }}

{{- define "permiso.files.operator" -}}
DB_CONNECTION_STRING: {{ include "permiso.secret.operatorDatabase" . }}
ENCRYPTION_KEY: {{ include "permiso.secret.encryptionKey" . }}
{{- include "permiso.previousKey" . }}
{{- end }}

{{- define "permiso.previousKey" -}}
{{- with .Values.encryptionKey.previousExistingSecret }}
{{- if .name }}
PREVIOUS_ENCRYPTION_KEY: {name: {{ .name }}, key: {{ .key }}}
{{- end }}
{{- end }}
{{- end }}

{{/* Parts of pods. Each takes (dict "root" $ "files" <one of the above, as a map>). */}}

{{- define "permiso.commonEnv" -}}
{{- range $variable, $_ := .files }}
- name: {{ $variable }}_FILE
  value: /etc/permiso/{{ $variable | lower | replace "_" "-" }}
{{- end }}
- name: LOG_LEVEL
  value: {{ .root.Values.logLevel }}
{{- if include "permiso.trustedCA" .root }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/permiso/trusted-ca.crt
{{- end }}
{{- end }}

{{- define "permiso.appEnv" -}}
- name: APP_URL
  value: {{ required "appUrl: set the public origin of Permiso, such as https://id.example.com" .Values.appUrl }}
{{- with .Values.internalAppUrl }}
- name: INTERNAL_APP_URL
  value: {{ . }}
{{- end }}
{{- end }}

{{- define "permiso.volumes" -}}
- name: files
  projected:
    sources:
      {{- range $variable, $secret := .files }}
      - secret:
          name: {{ $secret.name }}
          items:
            - key: {{ $secret.key }}
              path: {{ $variable | lower | replace "_" "-" }}
      {{- end }}
      {{- with include "permiso.trustedCA" .root }}
      {{- . | nindent 6 }}
      {{- end }}
{{- end }}

{{- define "permiso.volumeMounts" -}}
- name: files
  mountPath: /etc/permiso
  readOnly: true
{{- end }}

{{- define "permiso.trustedCA" -}}
{{- if and .Values.trustedCA.existingConfigMap.name .Values.trustedCA.existingSecret.name }}
{{- fail "trustedCA: set existingConfigMap or existingSecret, not both" }}
{{- end }}
{{- range $kind, $from := dict "configMap" .Values.trustedCA.existingConfigMap "secret" .Values.trustedCA.existingSecret }}
{{- if $from.name }}
- {{ $kind }}:
    name: {{ $from.name }}
    items:
      - key: {{ $from.key }}
        path: trusted-ca.crt
{{- end }}
{{- end }}
{{- end }}

{{/* Runs as long as it takes to bring the database up to date. Safe to repeat and in several pods at once. */}}
{{- define "permiso.migrateContainer" -}}
{{- $files := pick (include "permiso.files.idp" . | fromYaml) "DB_CONNECTION_STRING" -}}
- name: migrate
  image: {{ include "permiso.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  command: [node, idp/migrate.ts]
  env:
    {{- include "permiso.commonEnv" (dict "root" . "files" $files) | trim | nindent 4 }}
    {{- with .Values.operator.database.role }}
    - name: OPERATOR_DATABASE_ROLE
      value: {{ . | quote }}
    {{- end }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  resources:
    {{- toYaml .Values.migrations.resources | nindent 4 }}
  volumeMounts:
    {{- include "permiso.volumeMounts" . | nindent 4 }}
{{- end }}

{{/* What every pod of this chart shares: takes the root. */}}
{{- define "permiso.podDefaults" -}}
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- end }}

{{/* Where pods go: (dict "root" $ "component" "idp"). */}}
{{- define "permiso.scheduling" -}}
{{- $values := index .root.Values .component -}}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
{{- if $values.topologySpreadConstraints }}
  {{- toYaml $values.topologySpreadConstraints | nindent 2 }}
{{- else }}
  {{- $selector := include "permiso.selectorLabels" . }}
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
    # Pods of the version that goes do not count.
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}
{{- end }}

{{/* Rules of network policies: (dict "root" $ "names" (list "dns" …)) */}}
{{- define "permiso.egress" -}}
{{- range $name := .names }}
{{- $allowed := index $.root.Values.networkPolicy.egress $name }}
{{- if $allowed.ports }}
- ports:
    {{- range $allowed.ports }}
    - port: {{ . }}
      protocol: TCP
    {{- if eq $name "dns" }}
    - port: {{ . }}
      protocol: UDP
    {{- end }}
    {{- end }}
  {{- with $allowed.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
