{{- define "kiket.name" -}}
{{- if contains "kiket" .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-kiket{{ end }}
{{- end }}

{{- define "kiket.labels" -}}
app.kubernetes.io/name: kiket
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* The labels by which the pods of a role are found: (dict "root" $ "role" "api"). They never change. */}}
{{- define "kiket.selector" -}}
app.kubernetes.io/name: kiket
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{- /* What all pods have: an unprivileged user, nothing writable but /tmp and the keys, and the settings. */}}
{{- define "kiket.pod" -}}
automountServiceAccountToken: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1654 # APP_UID of the image
  runAsGroup: 1654
  fsGroup: 1654
  seccompProfile: { type: RuntimeDefault }
volumes:
  - name: tmp
    emptyDir: { medium: Memory, sizeLimit: 64Mi }
  - name: keys
    persistentVolumeClaim: { claimName: {{ .Values.keysClaim }} }
{{- with .Values.pod }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "kiket.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: keys, mountPath: /var/lib/kiket/data/keys }
envFrom:
  - secretRef: { name: {{ .Values.secretName }} }
{{- end }}

{{- define "kiket.settings" -}}
- { name: Database__MigrateOnStart, value: "false" }
- { name: Kiket__StopTimeoutSeconds, value: {{ .Values.stopTimeoutSeconds | quote }} }
{{- range $name, $value := .Values.settings }}
- { name: {{ $name }}, value: {{ $value | toString | quote }} }
{{- end }}
{{- end }}
