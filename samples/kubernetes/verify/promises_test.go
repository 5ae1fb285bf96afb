package verify

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

const (
	drain     = 10 * time.Second // how long the tool lets requests in flight finish
	pauses    = 10 * time.Minute // between a failed pod and the next one, at most
	container = "offboard"
)

// action is what becomes of a pod that has failed.
type action = batchv1.PodFailurePolicyAction

const (
	ignore    = batchv1.PodFailurePolicyActionIgnore
	count     = batchv1.PodFailurePolicyActionCount
	failIndex = batchv1.PodFailurePolicyActionFailIndex
	failJob   = batchv1.PodFailurePolicyActionFailJob
)

// actionFor returns what Kubernetes does with a failed pod: the first rule that matches
// decides, and a pod that no rule matches counts. It is what matchPodFailurePolicy of the
// controller does.
func actionFor(p *batchv1.PodFailurePolicy, exitCode int32, disrupted bool) action {
	for _, rule := range p.Rules {
		switch codes := rule.OnExitCodes; {
		case codes != nil:
			if exitCode == 0 || codes.ContainerName != nil && *codes.ContainerName != container {
				continue
			}
			if slices.Contains(codes.Values, exitCode) == (codes.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn) {
				return rule.Action
			}
		case slices.ContainsFunc(rule.OnPodConditions, func(c batchv1.PodFailurePolicyOnPodConditionsPattern) bool {
			return disrupted && c.Type == corev1.DisruptionTarget && c.Status == corev1.ConditionTrue
		}):
			return rule.Action
		}
	}
	return count
}

// What each exit code leads to, as the README says it. 137 is SIGKILL, 143 is SIGTERM without a
// handler, 2 is a crash of Go.
var (
	nightlyActions   = map[int32]action{1: count, 2: count, 3: failJob, 4: count, 5: failJob, 64: failJob, 75: ignore, 137: count, 143: count}
	migrationActions = map[int32]action{1: count, 2: count, 3: failIndex, 4: count, 5: failJob, 64: failJob, 75: ignore, 137: count, 143: count}
)

// promises collects what does not hold.
type promises struct{ broken []error }

func (p *promises) hold(holds bool, what string, values ...any) {
	if !holds {
		p.broken = append(p.broken, fmt.Errorf("does not hold: "+what, values...))
	}
}

func (p *promises) err() error { return errors.Join(p.broken...) }

// workload is a Job, or what a CronJob makes one of.
type workload struct {
	promises
	spec     batchv1.JobSpec
	pod      corev1.PodSpec
	c        corev1.Container
	claims   []*corev1.PersistentVolumeClaim // of the storage beside it
	attempts int32
}

// flag returns the value of a flag of the container; "true" if it has none.
func (w *workload) flag(name string) string {
	for _, arg := range w.c.Args {
		if arg == "--"+name {
			return "true"
		}
		if value, ok := strings.CutPrefix(arg, "--"+name+"="); ok {
			return value
		}
	}
	return ""
}

func (w *workload) duration(name string) time.Duration {
	d, err := time.ParseDuration(w.flag(name))
	w.hold(err == nil && d > 0, "--%s is a duration, not %q", name, w.flag(name))
	return d
}

// volumeAt returns the volume in which a path of the container is.
func (w *workload) volumeAt(file string) (corev1.VolumeMount, corev1.Volume) {
	var at corev1.VolumeMount
	for _, m := range w.c.VolumeMounts {
		if (file == m.MountPath || strings.HasPrefix(file, m.MountPath+"/")) && len(m.MountPath) > len(at.MountPath) {
			at = m
		}
	}
	i := slices.IndexFunc(w.pod.Volumes, func(v corev1.Volume) bool { return v.Name == at.Name })
	if i < 0 {
		return at, corev1.Volume{}
	}
	return at, w.pod.Volumes[i]
}

// claimAt returns the claim in which a path of the container is. It must be one of the
// storage, and can be written unless only reading is needed.
func (w *workload) claimAt(file string, write bool) *corev1.PersistentVolumeClaim {
	mount, volume := w.volumeAt(path.Clean(file))
	if volume.PersistentVolumeClaim == nil || write == mount.ReadOnly || volume.PersistentVolumeClaim.ReadOnly {
		w.hold(false, "%s is on a volume with a claim, writable=%t", file, write)
		return nil
	}
	for _, claim := range w.claims {
		if claim.Name == volume.PersistentVolumeClaim.ClaimName {
			return claim
		}
	}
	w.hold(false, "the claim %s of %s is in the storage", volume.PersistentVolumeClaim.ClaimName, file)
	return nil
}

// check returns what an operator relies on, in whatever Job, and what does not hold.
func (w *workload) check(actions map[int32]action) {
	is := func(b *bool, want bool) bool { return b != nil && *b == want }
	pod, c := w.pod, w.c
	w.hold(pod.RestartPolicy == corev1.RestartPolicyNever, "restartPolicy is Never")
	w.hold(is(pod.AutomountServiceAccountToken, false), "no service account token")
	w.hold(is(pod.EnableServiceLinks, false), "no variables of services")
	w.hold(pod.SecurityContext.FSGroup != nil && *pod.SecurityContext.FSGroup == 65532, "fsGroup, or the secret and the volumes are somebody else's")
	w.hold(pod.SecurityContext.RunAsUser != nil && *pod.SecurityContext.RunAsUser == 65532, "the user of the image, by number")
	w.hold(is(c.SecurityContext.ReadOnlyRootFilesystem, true), "readOnlyRootFilesystem")
	w.hold(len(c.Command) == 0, "the entry point of the image")
	w.hold(strings.Contains(c.Image, ":") && !strings.HasSuffix(c.Image, ":latest"), "an image of a version, not %s", c.Image)
	w.hold(c.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError, "the last lines of a failed pod are in its status")
	w.hold(len(c.EnvFrom) == 0 && !slices.ContainsFunc(c.Env, func(e corev1.EnvVar) bool {
		return e.Value != "" || e.ValueFrom == nil || e.ValueFrom.FieldRef == nil
	}), "no secret in the environment")
	limit := c.Resources.Limits[corev1.ResourceMemory]
	w.hold(len(c.Resources.Requests) == 2 && len(c.Resources.Limits) == 2, "requests and limits for CPU and memory")
	w.hold(limit.Cmp(c.Resources.Requests[corev1.ResourceMemory]) >= 0 && limit.Cmp(resource.MustParse("96Mi")) > 0, "room for a million lines")

	w.hold(w.spec.TTLSecondsAfterFinished != nil && *w.spec.TTLSecondsAfterFinished >= 3*24*3600, "a finished pod is there after a weekend")
	grace := time.Duration(*pod.TerminationGracePeriodSeconds) * time.Second
	w.hold(grace > drain, "the grace is longer than the drain")
	deadline := w.duration("deadline")
	w.hold(w.duration("max-outage") < deadline, "an outage is waited for within --deadline")
	w.hold(w.spec.ActiveDeadlineSeconds != nil &&
		time.Duration(*w.spec.ActiveDeadlineSeconds)*time.Second >= time.Duration(w.attempts)*(deadline+grace)+pauses,
		"activeDeadlineSeconds leaves each of %d attempts its --deadline", w.attempts)
	w.hold(w.attempts > 1, "what a retry mends is retried")

	if w.spec.PodFailurePolicy == nil {
		w.hold(false, "podFailurePolicy")
		return
	}
	for code, want := range actions {
		w.hold(actionFor(w.spec.PodFailurePolicy, code, false) == want, "exit code %d leads to %s", code, want)
		w.hold(actionFor(w.spec.PodFailurePolicy, code, true) == ignore, "exit code %d of an evicted pod leads to %s", code, ignore)
	}
	w.files()
}

// files checks the volumes behind what the flags name.
func (w *workload) files() {
	mount, volume := w.volumeAt(w.flag("api-secret-file"))
	w.hold(volume.Secret != nil && mount.ReadOnly && mount.SubPath == "", "--api-secret-file is in a mounted secret that can be rotated")
	w.hold(volume.Secret != nil && volume.Secret.DefaultMode != nil && *volume.Secret.DefaultMode == 0o440, "only user and group can read the secret")
	mount, volume = w.volumeAt("/tmp/x")
	w.hold(volume.EmptyDir != nil && volume.EmptyDir.SizeLimit != nil && !mount.ReadOnly, "a bounded /tmp")
	w.hold(len(w.c.VolumeMounts) == len(w.pod.Volumes), "each volume is mounted once")
	report, summary := w.claimAt(w.flag("report"), true), w.claimAt(w.flag("summary"), true)
	w.hold(report != nil && report == summary, "the summary is beside the ledger")
	w.hold(strings.Contains(w.flag("summary"), "$(POD_NAME)"), "each attempt has a summary of its own")
	for _, flag := range []string{"resume", "yes", "tenant", "env", "accept"} {
		w.hold(w.flag(flag) != "", "--%s", flag)
	}
	w.hold(w.flag("tolerate") == "known", "only what is new makes it red")
	w.hold(len(w.c.Args) > 1 && w.c.Args[0] == "run", "the command is run")
}

// checkNightly checks the overlay for every night with its storage.
func checkNightly(o, storage *objects) error {
	if len(o.cronJobs) != 1 || len(o.jobs) != 0 {
		return errors.New("one CronJob is needed")
	}
	cron := o.cronJobs[0].Spec
	w := newWorkload(cron.JobTemplate.Spec, storage)
	w.attempts = *w.spec.BackoffLimit + 1
	w.check(nightlyActions)
	w.hold(cron.ConcurrencyPolicy == batchv1.ForbidConcurrent, "concurrencyPolicy is Forbid")
	w.hold(cron.TimeZone != nil && *cron.TimeZone == w.flag("timezone"), "timeZone is that of --timezone")
	w.hold(cron.StartingDeadlineSeconds != nil && *cron.StartingDeadlineSeconds >= 600, "a late control plane does not lose the night")
	w.hold(*cron.SuccessfulJobsHistoryLimit >= 3 && *cron.FailedJobsHistoryLimit >= 3, "the Jobs of a weekend are kept")
	inbox, ledger := w.claimAt(w.c.Args[1], false), w.claimAt(w.flag("report"), true)
	w.hold(strings.HasSuffix(w.c.Args[1], "/") && inbox != nil && inbox != ledger, "the input is a folder on a volume of its own, which a run cannot change")
	w.hold(ledger != nil && slices.Equal(ledger.Spec.AccessModes, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOncePod}), "one pod at a time has the ledger")
	w.duration("settle")
	w.duration("max-input-age")
	for _, flag := range []string{"unfinished", "max-leavers", "except"} {
		w.hold(w.flag(flag) != "", "--%s", flag)
	}
	_, lists := w.volumeAt(w.flag("except"))
	w.hold(lists.ConfigMap != nil && slices.ContainsFunc(o.lists, func(l *corev1.ConfigMap) bool {
		return l.Name == lists.ConfigMap.Name && l.Data[path.Base(w.flag("except"))] != ""
	}), "--except is a list of the overlay")
	return errors.Join(w.err(), checkApart(o, storage), checkNetwork(o))
}

// checkMigration checks the overlay for a long list with its storage.
func checkMigration(o, storage *objects) error {
	if len(o.jobs) != 1 || len(o.cronJobs) != 0 {
		return errors.New("one Job is needed")
	}
	w := newWorkload(o.jobs[0].Spec, storage)
	if w.spec.BackoffLimitPerIndex == nil {
		return errors.New("backoffLimitPerIndex is needed")
	}
	w.attempts = *w.spec.BackoffLimitPerIndex + 1
	w.check(migrationActions)
	shards, _ := strconv.Atoi(w.flag("shards"))
	w.hold(*w.spec.CompletionMode == batchv1.IndexedCompletion, "each pod has an index")
	w.hold(w.spec.Completions != nil && int(*w.spec.Completions) == shards && shards > 1, "--shards is completions")
	w.hold(w.spec.Parallelism != nil && int(*w.spec.Parallelism) == shards, "--rate is divided among pods that run at the same time")
	w.hold(w.spec.MaxFailedIndexes == nil, "a shard with rows for a person does not end the others")
	w.hold(w.flag("rate") != "" && w.flag("timezone") != "", "--rate and --timezone")
	ledger := w.claimAt(w.flag("report"), true)
	w.hold(ledger != nil && slices.Equal(ledger.Spec.AccessModes, []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany}), "every pod has the volume of the ledgers")
	return errors.Join(w.err(), checkApart(o, storage), checkNetwork(o))
}

func newWorkload(spec batchv1.JobSpec, storage *objects) *workload {
	return &workload{spec: spec, pod: spec.Template.Spec, c: spec.Template.Spec.Containers[0], claims: storage.claims}
}

// checkApart checks that deleting an overlay takes no ledger along, and what the storage has.
func checkApart(o, storage *objects) error {
	var p promises
	for _, kind := range o.kinds {
		p.hold(kind != "Namespace" && kind != "PersistentVolumeClaim", "no %s among what kubectl delete -k of the overlay deletes", kind)
	}
	for _, kind := range storage.kinds {
		p.hold(kind == "Namespace" || kind == "PersistentVolumeClaim", "no %s in the storage", kind)
	}
	p.hold(len(storage.spaces) == 1 && storage.spaces[0].Name == "offboard" &&
		storage.spaces[0].Labels["pod-security.kubernetes.io/enforce"] == "restricted", "a namespace with restricted pod security")
	return p.err()
}

// checkNetwork checks that nothing but DNS, HTTPS and a Pushgateway is allowed.
func checkNetwork(o *objects) error {
	var p promises
	closed := false
	for _, n := range o.networks {
		p.hold(n.Namespace == "offboard" && n.Spec.PodSelector.MatchLabels["app.kubernetes.io/name"] == container, "%s is about the pods", n.Name)
		p.hold(len(n.Spec.Ingress) == 0, "%s: nothing comes in", n.Name)
		closed = closed || len(n.Spec.PolicyTypes) == 2
		for _, rule := range n.Spec.Egress {
			p.hold(len(rule.To) > 0 && len(rule.Ports) > 0, "%s: each rule names peers and ports", n.Name)
			for _, port := range rule.Ports {
				allowed := fmt.Sprint(*port.Protocol, " ", port.Port.IntValue())
				p.hold(slices.Contains([]string{"UDP 53", "TCP 53", "TCP 443"}, allowed) || allowed == "TCP 9091" && n.Name == "offboard-pushgateway", "%s: %s is not allowed", n.Name, allowed)
			}
		}
	}
	p.hold(closed, "a policy for both directions")
	return p.err()
}
