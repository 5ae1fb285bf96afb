package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/job"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// tree has the manifests, by their paths.
type tree map[string]string

func readTree(t *testing.T) tree {
	t.Helper()
	files := tree{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "verify":
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		text, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, "../")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// objects are what one folder of the tree makes, as they are after the defaults.
type objects struct {
	kinds    []string
	cronJobs []*batchv1.CronJob
	jobs     []*batchv1.Job
	pods     []*corev1.Pod
	claims   []*corev1.PersistentVolumeClaim
	spaces   []*corev1.Namespace
	lists    []*corev1.ConfigMap
	networks []*networkingv1.NetworkPolicy
}

// build does what kubectl apply -k does with a folder, up to the store of the API server.
func (f tree) build(folder string) (*objects, error) {
	disk := filesys.MakeFsInMemory()
	for path, text := range f {
		if err := disk.WriteFile("/"+path, []byte(text)); err != nil {
			return nil, err
		}
	}
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(disk, "/"+folder)
	if err != nil {
		return nil, err
	}
	o := &objects{}
	for _, resource := range made.Resources() {
		text, err := resource.AsYAML()
		if err == nil {
			err = o.add(text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", folder, resource.CurId(), err)
		}
	}
	return o, nil
}

// add decodes an object strictly, gives it its defaults, and lets Kubernetes validate it.
func (o *objects) add(text []byte) error {
	codecs := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)
	object, kind, err := codecs.UniversalDeserializer().Decode(text, nil, nil)
	if err != nil {
		return err
	}
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.UnsafeConvertToVersion(object.DeepCopyObject(), schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return err
	}
	o.kinds = append(o.kinds, kind.Kind)
	errs := validate(internal)
	switch object := object.(type) {
	case *batchv1.CronJob:
		o.cronJobs = append(o.cronJobs, object)
		errs = append(errs, restricted(&object.Spec.JobTemplate.Spec.Template))
	case *batchv1.Job:
		o.jobs = append(o.jobs, object)
		errs = append(errs, restricted(&object.Spec.Template))
	case *corev1.Pod:
		o.pods = append(o.pods, object)
		errs = append(errs, restricted(&corev1.PodTemplateSpec{ObjectMeta: object.ObjectMeta, Spec: object.Spec}))
	case *corev1.PersistentVolumeClaim:
		o.claims = append(o.claims, object)
	case *corev1.Namespace:
		o.spaces = append(o.spaces, object)
	case *corev1.ConfigMap:
		o.lists = append(o.lists, object)
	case *networkingv1.NetworkPolicy:
		o.networks = append(o.networks, object)
	}
	return errors.Join(errs...)
}

// validate does what the API server does before it stores a new object. Its warnings are
// errors.
func validate(object runtime.Object) (errs []error) {
	var invalid field.ErrorList
	warn := func(spec *batch.JobSpec) {
		for _, warning := range job.WarningsForJobSpec(context.Background(), field.NewPath("spec"), spec, nil) {
			errs = append(errs, errors.New(warning))
		}
	}
	switch object := object.(type) {
	case *batch.CronJob:
		template := &object.Spec.JobTemplate.Spec
		invalid = batchvalidation.ValidateCronJobCreate(object, pod.GetValidationOptionsFromPodTemplate(&template.Template, nil))
		warn(template)
	case *batch.Job:
		// As a template, because the selector of a Job comes from the API server.
		template := &batch.JobTemplateSpec{ObjectMeta: object.ObjectMeta, Spec: object.Spec}
		invalid = batchvalidation.ValidateJobTemplateSpec(template, nil, field.NewPath("job"), pod.GetValidationOptionsFromPodTemplate(&object.Spec.Template, nil))
		warn(&object.Spec)
	case *core.Pod:
		invalid = corevalidation.ValidatePodCreate(object, pod.GetValidationOptionsFromPodSpecAndMeta(&object.Spec, nil, &object.ObjectMeta, nil))
	case *core.PersistentVolumeClaim:
		invalid = corevalidation.ValidatePersistentVolumeClaim(object, corevalidation.ValidationOptionsForPersistentVolumeClaimCreate())
	case *core.Namespace:
		invalid = corevalidation.ValidateNamespace(object)
	case *core.ConfigMap:
		invalid = corevalidation.ValidateConfigMap(object)
	case *networking.NetworkPolicy:
		invalid = networkingvalidation.ValidateNetworkPolicy(object, networkingvalidation.NetworkPolicyValidationOptions{})
	default:
		errs = append(errs, fmt.Errorf("nobody expects a %T here", object))
	}
	return append(errs, invalid.ToAggregate())
}

// restricted refuses a pod that a namespace with pod security at its highest level refuses.
func restricted(p *corev1.PodTemplateSpec) error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	level := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	result := policy.AggregateCheckResults(evaluator.EvaluatePod(level, &p.ObjectMeta, &p.Spec))
	if !result.Allowed {
		return errors.New(result.ForbiddenReason() + ": " + result.ForbiddenDetail())
	}
	return nil
}
