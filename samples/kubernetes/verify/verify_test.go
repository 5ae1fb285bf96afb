// Package verify checks the manifests beside it against the types of
// Kubernetes. It is a module of its own, so that what it requires stays out of
// the tool's.
package verify

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

const manifest = "../cronjob.yaml"

// drain is how long the tool lets requests in flight finish, in seconds.
const drain = 10

// decode reads all documents of a manifest, and takes no field that the types
// do not have.
func decode(text []byte) (*batchv1.CronJob, error) {
	var job *batchv1.CronJob
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var kind struct{ Kind string }
		if err := yaml.Unmarshal(document, &kind); err != nil {
			return nil, err
		}
		switch kind.Kind {
		case "PersistentVolumeClaim":
			if err := yaml.UnmarshalStrict(document, &corev1.PersistentVolumeClaim{}); err != nil {
				return nil, err
			}
		case "CronJob":
			job = &batchv1.CronJob{}
			if err := yaml.UnmarshalStrict(document, job); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("unexpected kind %q", kind.Kind)
		}
	}
	if job == nil {
		return nil, errors.New("there is no CronJob")
	}
	return job, nil
}

// check returns what an operator relies on and the manifest does not hold.
func check(job *batchv1.CronJob) error {
	spec := job.Spec.JobTemplate.Spec
	pod := spec.Template.Spec
	if len(pod.Containers) != 1 || pod.SecurityContext == nil || spec.PodFailurePolicy == nil {
		return errors.New("one container, a securityContext and a podFailurePolicy are needed")
	}
	c := pod.Containers[0]
	if c.SecurityContext == nil || c.SecurityContext.Capabilities == nil {
		return errors.New("the container has no securityContext with capabilities")
	}
	is := func(b *bool, want bool) bool { return b != nil && *b == want }
	rules := []struct {
		holds bool
		what  string
	}{
		{job.Spec.ConcurrencyPolicy == batchv1.ForbidConcurrent, "concurrencyPolicy is Forbid"},
		{pod.RestartPolicy == corev1.RestartPolicyNever, "restartPolicy is Never"},
		{pod.TerminationGracePeriodSeconds != nil && *pod.TerminationGracePeriodSeconds > drain, "the grace period is longer than the drain"},
		{spec.ActiveDeadlineSeconds != nil && *spec.ActiveDeadlineSeconds > 2*3600+drain, "activeDeadlineSeconds is longer than --deadline"},
		{is(pod.SecurityContext.RunAsNonRoot, true), "runAsNonRoot"},
		{pod.SecurityContext.FSGroup != nil, "fsGroup, or the secret cannot be read"},
		{is(pod.AutomountServiceAccountToken, false), "no service account token"},
		{is(c.SecurityContext.ReadOnlyRootFilesystem, true), "readOnlyRootFilesystem"},
		{is(c.SecurityContext.AllowPrivilegeEscalation, false), "no privilege escalation"},
		{slices.Contains(c.SecurityContext.Capabilities.Drop, "ALL"), "all capabilities are dropped"},
		{len(c.Resources.Requests) == 2 && len(c.Resources.Limits) == 2, "requests and limits for CPU and memory"},
		{len(c.Env) == 0 && len(c.EnvFrom) == 0, "no secret in the environment"},
		{failureRules(spec.PodFailurePolicy, c.Name), "disruptions are ignored first, then 3, 5 and 64 fail the job"},
		{mounts(pod, c), "every mount has its volume, and the secret and a bounded /tmp are among them"},
		{arguments(c), "the arguments of an unattended run"},
	}
	var broken []error
	for _, rule := range rules {
		if !rule.holds {
			broken = append(broken, errors.New("does not hold: "+rule.what))
		}
	}
	return errors.Join(broken...)
}

func failureRules(p *batchv1.PodFailurePolicy, container string) bool {
	if len(p.Rules) != 2 {
		return false
	}
	ignore, fail := p.Rules[0], p.Rules[1]
	return ignore.Action == batchv1.PodFailurePolicyActionIgnore &&
		len(ignore.OnPodConditions) == 1 && ignore.OnPodConditions[0].Type == corev1.DisruptionTarget &&
		fail.Action == batchv1.PodFailurePolicyActionFailJob && fail.OnExitCodes != nil &&
		fail.OnExitCodes.ContainerName != nil && *fail.OnExitCodes.ContainerName == container &&
		fail.OnExitCodes.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn &&
		slices.Equal(fail.OnExitCodes.Values, []int32{3, 5, 64})
}

func mounts(pod corev1.PodSpec, c corev1.Container) bool {
	secret, tmp := false, false
	for _, m := range c.VolumeMounts {
		at := slices.IndexFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name })
		if at < 0 {
			return false
		}
		v := pod.Volumes[at]
		secret = secret || v.Secret != nil && m.ReadOnly
		tmp = tmp || v.EmptyDir != nil && v.EmptyDir.SizeLimit != nil && m.MountPath == "/tmp" && !m.ReadOnly
	}
	return secret && tmp && len(c.VolumeMounts) == len(pod.Volumes)
}

func arguments(c corev1.Container) bool {
	for _, flag := range []string{"--yes", "--resume", "--unfinished", "--max-leavers=", "--report=/data/", "--api-secret-file=/run/secrets/", "--deadline=2h", "--tolerate=known"} {
		if !slices.ContainsFunc(c.Args, func(arg string) bool { return strings.HasPrefix(arg, flag) }) {
			return false
		}
	}
	return len(c.Args) > 0 && c.Args[0] == "run"
}

func TestTheManifestHolds(t *testing.T) {
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	job, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := check(job); err != nil {
		t.Error(err)
	}
}

func TestTheCheckBites(t *testing.T) {
	text, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	mutants := []struct{ name, from, to string }{
		{"a misspelt field", "concurrencyPolicy:", "concurencyPolicy:"},
		{"a field twice", "restartPolicy: Never", "restartPolicy: Never\n          restartPolicy: Never"},
		{"runs side by side", "Forbid", "Allow"},
		{"restarts in place", "restartPolicy: Never", "restartPolicy: OnFailure"},
		{"a grace that is too short", "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 10"},
		{"a deadline that cuts the report short", "activeDeadlineSeconds: 9000", "activeDeadlineSeconds: 7200"},
		{"root", "runAsNonRoot: true", "runAsNonRoot: false"},
		{"a secret that cannot be read", "            fsGroup: 65532\n", ""},
		{"a root file system that can be written", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"},
		{"privileges", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"},
		{"no limits", `limits: {cpu: "1", memory: 128Mi}`, "limits: {}"},
		{"a failure rule for another container", "containerName: offboard", "containerName: other"},
		{"a failure rule that forgets 64", "values: [3, 5, 64]", "values: [3, 5]"},
		{"disruptions count", "action: Ignore", "action: Count"},
		{"a mount without a volume", "- name: data\n                  mountPath", "- name: dat\n                  mountPath"},
		{"nowhere to copy a workbook to", "mountPath: /tmp", "mountPath: /scratch"},
		{"a copy of any size", "emptyDir:\n                sizeLimit: 1Gi", "emptyDir: {}"},
		{"a run that asks", "- --yes", "- --progress=plain"},
		{"a failure every night because of the same rows", "- --tolerate=known", "- --progress=plain"},
		{"a failure rule that gives up when another run is writing", "values: [3, 5, 64]", "values: [3, 5, 64, 75]"},
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			mutant := strings.Replace(string(text), m.from, m.to, 1)
			if mutant == string(text) {
				t.Fatal("the mutant is no mutant")
			}
			job, err := decode([]byte(mutant))
			if err == nil {
				err = check(job)
			}
			if err == nil {
				t.Error("not noticed")
			}
		})
	}
}
