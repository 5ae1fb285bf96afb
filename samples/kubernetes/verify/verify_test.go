package verify

import (
	"strings"
	"testing"
)

// overlays are the folders that an operator applies, and the storage of each.
var overlays = []struct {
	folder, storage string
	check           func(o, storage *objects) error
}{
	{"overlays/nightly", "storage/nightly", checkNightly},
	{"overlays/migration", "storage/migration", checkMigration},
}

// check builds everything, lets Kubernetes validate it, and holds it against what an operator
// relies on.
func (f tree) check() error {
	for _, overlay := range overlays {
		o, err := f.build(overlay.folder)
		if err != nil {
			return err
		}
		storage, err := f.build(overlay.storage)
		if err != nil {
			return err
		}
		if err := overlay.check(o, storage); err != nil {
			return err
		}
	}
	if _, err := f.build("base"); err != nil {
		return err
	}
	return (&objects{}).add([]byte(f["inbox/pod.yaml"]))
}

func TestTheManifestsHold(t *testing.T) {
	if err := readTree(t).check(); err != nil {
		t.Error(err)
	}
}

func TestTheCheckBites(t *testing.T) {
	const (
		nightly   = "overlays/nightly/cronjob.yaml"
		migration = "overlays/migration/job.yaml"
		disrupted = "- action: Ignore\n            onPodConditions:\n              - type: DisruptionTarget\n                status: \"True\"\n"
	)
	files := readTree(t)
	mutants := []struct{ name, file, from, to string }{
		{"a misspelt field", nightly, "concurrencyPolicy:", "concurencyPolicy:"},
		{"a field twice", nightly, "restartPolicy: Never", "restartPolicy: Never\n          restartPolicy: Never"},
		{"runs side by side", nightly, "Forbid", "Allow"},
		{"restarts in place", nightly, "restartPolicy: Never", "restartPolicy: OnFailure"},
		{"no time zone", nightly, "timeZone: Europe/London", "timeZone: Etc/UTC"},
		{"a time zone that does not exist", nightly, "timeZone: Europe/London", "timeZone: Europe/Londn"},
		{"a schedule that is none", nightly, `"15 2 * * *"`, `"15 25 * * *"`},
		{"no starting deadline", nightly, "startingDeadlineSeconds: 13500", "suspend: false"},
		{"a grace that is too short", nightly, "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 10"},
		{"a migration with too short a grace", migration, "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 5"},
		{"a deadline for one attempt only", nightly, "activeDeadlineSeconds: 16200", "activeDeadlineSeconds: 9000"},
		{"no deadline for the job", nightly, "activeDeadlineSeconds: 16200", "suspend: false"},
		{"more attempts than the deadline has room for", nightly, "backoffLimit: 3", "backoffLimit: 6"},
		{"no further attempt", nightly, "backoffLimit: 3", "backoffLimit: 0"},
		{"an outage longer than the run", nightly, "--max-outage=30m", "--max-outage=2h"},
		{"no bound for an outage", nightly, "- --max-outage=30m", "- --concurrency=8"},
		{"finished jobs go at once", nightly, "ttlSecondsAfterFinished: 604800", "ttlSecondsAfterFinished: 0"},
		{"no history", nightly, "failedJobsHistoryLimit: 7", "failedJobsHistoryLimit: 0"},
		{"root", nightly, "runAsNonRoot: true", "runAsNonRoot: false"},
		{"root by number", nightly, "runAsUser: 65532", "runAsUser: 0"},
		{"a secret that cannot be read", nightly, "            fsGroup: 65532\n", ""},
		{"a secret that everybody in the pod can read", nightly, "defaultMode: 0440", "defaultMode: 0444"},
		{"a secret that is never rotated", nightly, "mountPath: /run/secrets/offboard\n", "mountPath: /run/secrets/offboard\n                  subPath: x\n"},
		{"a secret in the environment", nightly, "- name: POD_NAME", "- name: OFFBOARD_API_SECRET\n                  valueFrom: {secretKeyRef: {name: offboard, key: thrive-api-secret}}\n                - name: POD_NAME"},
		{"a secret that is not mounted", nightly, "--api-secret-file=/run/secrets/", "--api-secret-file=/run/other/"},
		{"no seccomp", nightly, "            seccompProfile:\n              type: RuntimeDefault\n", ""},
		{"a root file system that can be written", nightly, "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"},
		{"privileges", nightly, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"},
		{"capabilities", migration, "drop: [ALL]", "drop: [NET_RAW]"},
		{"a service account token", nightly, "automountServiceAccountToken: false", "automountServiceAccountToken: true"},
		{"variables of services", migration, "enableServiceLinks: false", "enableServiceLinks: true"},
		{"no limits", nightly, `limits: {cpu: "1", memory: 128Mi}`, "limits: {}"},
		{"too little memory", nightly, `limits: {cpu: "1", memory: 128Mi}`, `limits: {cpu: "1", memory: 64Mi}`},
		{"an empty termination message", nightly, "terminationMessagePolicy: FallbackToLogsOnError", "terminationMessagePolicy: File"},
		{"any version", "overlays/nightly/kustomization.yaml", "newTag: 1.0.0", "newTag: latest"},
		{"a failure rule for another container", nightly, "containerName: offboard", "containerName: other"},
		{"a failure rule that forgets 64", nightly, "values: [3, 5, 64]", "values: [3, 5]"},
		{"a failure rule that gives up when another run is writing", nightly, "- action: Ignore\n            onExitCodes", "- action: FailJob\n            onExitCodes"},
		{"another run uses up the attempts", nightly, "values: [75]", "values: [76]"},
		{"disruptions count", nightly, "action: Ignore", "action: Count"},
		{"disruptions come last", nightly, disrupted, ""},
		{"an exit code before the disruptions", nightly, disrupted, "- action: FailJob\n            onExitCodes: {containerName: offboard, operator: In, values: [4]}\n          " + disrupted},
		{"3 is tried again", migration, "values: [3]", "values: [33]"},
		{"3 ends all shards", migration, "action: FailIndex", "action: FailJob"},
		{"FailIndex without a limit for each index", migration, "backoffLimitPerIndex: 5", "backoffLimit: 5"},
		{"a shard with rows for a person ends the others", migration, "completions: 10", "completions: 10\n  maxFailedIndexes: 0"},
		{"fewer pods than shards", migration, "completions: 10", "completions: 9"},
		{"more shards than pods", migration, "--shards=10", "--shards=12"},
		{"pods one after the other", migration, "parallelism: 10", "parallelism: 1"},
		{"no index", migration, "completionMode: Indexed", "completionMode: NonIndexed"},
		{"a mount without a volume", nightly, "- name: ledger\n                  mountPath", "- name: ledgr\n                  mountPath"},
		{"two mounts on one path", nightly, "mountPath: /inbox", "mountPath: /data"},
		{"a ledger in the container", nightly, "--report=/data/", "--report=/home/"},
		{"a ledger in the memory of the node", nightly, "--report=/data/", "--report=/tmp/"},
		{"a summary that the next attempt replaces", nightly, "$(POD_NAME).summary.json", "summary.json"},
		{"an inbox that a run could change", nightly, "mountPath: /inbox\n                  readOnly: true", "mountPath: /inbox"},
		{"a claim that is not there", nightly, "claimName: offboard-inbox", "claimName: offboard-in"},
		{"nowhere to copy a workbook to", nightly, "mountPath: /tmp", "mountPath: /scratch"},
		{"a copy of any size", nightly, "emptyDir:\n                sizeLimit: 1Gi", "emptyDir: {}"},
		{"a run that asks", nightly, "- --yes", "- --concurrency=8"},
		{"a run that starts afresh", nightly, "- --resume", "- --concurrency=8"},
		{"a failure every night because of the same rows", nightly, "- --tolerate=known", "- --concurrency=8"},
		{"any number of leavers", nightly, "- --max-leavers=200", "- --concurrency=8"},
		{"a file that is still written", nightly, "- --settle=5m", "- --concurrency=8"},
		{"an export that dies in silence", nightly, "- --max-input-age=48h", "- --concurrency=8"},
		{"a list that is not there", "overlays/nightly/kustomization.yaml", "configMapGenerator:\n  # People who keep their accounts whatever the export says. It has refs and nothing else.\n  - name: offboard-lists", "configMapGenerator:\n  - name: other"},
		{"a ledger that two pods have", "storage/nightly/claims.yaml", "[ReadWriteOncePod]", "[ReadWriteMany]"},
		{"an access mode that does not exist", "storage/nightly/claims.yaml", "[ReadWriteOnce]", "[ReadWriteTwice]"},
		{"ledgers that one pod has", "storage/migration/claim.yaml", "[ReadWriteMany]", "[ReadWriteOnce]"},
		{"the claim goes with the overlay", "overlays/nightly/kustomization.yaml", "- cronjob.yaml", "- cronjob.yaml\n  - ../../storage/nightly"},
		{"the namespace goes with the overlay", "overlays/migration/kustomization.yaml", "- job.yaml", "- job.yaml\n  - ../../storage/namespace"},
		{"a namespace that lets root in", "storage/namespace/namespace.yaml", "enforce: restricted", "enforce: privileged"},
		{"everybody may come in", "base/network.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: [Ingress, Egress]\n  ingress: [{}]"},
		{"only one direction is closed", "base/network.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: [Egress]"},
		{"any port", "base/network.yaml", "- {protocol: TCP, port: 443}", "- {protocol: TCP, port: 8443}"},
		{"a network that is none", "base/network.yaml", "cidr: 0.0.0.0/0", "cidr: 0.0.0.0/33"},
		{"an exception outside of its network", "base/network.yaml", `"fe80::/10"`, `"10.0.0.0/8"`},
		{"other pods", "base/network.yaml", "  podSelector:\n    matchLabels: {app.kubernetes.io/name: offboard}", "  podSelector:\n    matchLabels: {app.kubernetes.io/name: other}"},
		{"a patch for nothing", "components/pushgateway/kustomization.yaml", "containers/0/args", "containers/1/args"},
		{"an inbox as root", "inbox/pod.yaml", "runAsNonRoot: true", "runAsNonRoot: false"},
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			mutant := tree{}
			for path, text := range files {
				mutant[path] = text
			}
			mutant[m.file] = strings.Replace(files[m.file], m.from, m.to, 1)
			if mutant[m.file] == files[m.file] {
				t.Fatal("the mutant is no mutant")
			}
			err := mutant.check()
			if err == nil {
				t.Fatal("not noticed")
			}
			t.Log(err)
		})
	}
}
