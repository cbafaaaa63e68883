// The Python program that has Optuna's sampler.
#pragma once

namespace qklab {

// Reads and writes lines of JSON. It begins with {"optuna": VERSION} or {"missing": PACKAGE, "why": TEXT}. A request holds
// the space, the batch's size, how many points are asked for, and all points so far with their values (null: lost); the
// answer holds the next points. `base` is the config's own point, null if it lies outside the space: it is the first of
// the points, but for the first request, which comes before anything has run.
//
// TPE is made anew for each batch, with a seed of its own, and is given all earlier points: what it proposes follows from
// them alone. CMA-ES has a state that grows with each batch, so that all batches are asked for again; on the same machine
// they come out as they were. Where they do not, the values that were measured are told for the points that were run.
inline constexpr const char* proposing_script = R"(
import json, sys, warnings
warnings.filterwarnings("ignore")

def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()

sampler_name = sys.argv[1]
try:
    package = "python3-optuna"
    import optuna
    if sampler_name == "cmaes":
        package = "python3-cmaes"
        import cmaes
except ImportError as error:
    say({"missing": package, "why": str(error)})
    sys.exit(0)
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
say({"optuna": optuna.__version__})

def distribution_of(part):
    if "values" in part:
        return CategoricalDistribution(part["values"])
    kind = IntDistribution if part["whole"] else FloatDistribution
    return kind(part["low"], part["high"], log=part["log"])

def mixed(seed, number):
    return (seed * 1000003 + number * 7919 + 12345) % 2**32

def study_of(request, sampler):
    return optuna.create_study(direction=request["goal"], sampler=sampler)

def tpe(request, space):
    points = request["points"]
    sampler = optuna.samplers.TPESampler(seed=mixed(request["seed"], len(points)), constant_liar=True)
    study = study_of(request, sampler)
    for point, value in points:
        lost = value is None
        study.add_trial(create_trial(state=TrialState.PRUNED if lost else TrialState.COMPLETE, params=point,
                                     distributions=space, value=None if lost else value))
    return [study.ask(space).params for _ in range(request["ask"])]

study, told, pending = None, 0, []

def cmaes_next(request, space):
    global study, told, pending
    base, points = request["base"], request["points"]
    if study is None:
        numbers = {name: value for name, value in (base or {}).items() if not isinstance(value, (str, bool))}
        study = study_of(request, optuna.samplers.CmaEsSampler(
            seed=mixed(request["seed"], 0), x0=numbers or None, warn_independent_sampling=False))
        if base:
            study.enqueue_trial(base)
    while told < len(points):
        some = points[told:told + request["batch"] - (told + (0 if base else 1)) % request["batch"]]
        trials = pending or [study.ask(space) for _ in some]
        pending = []
        for trial, (point, value) in zip(trials, some):
            state = TrialState.FAIL if value is None else TrialState.COMPLETE
            if same(trial.params, point):
                study.tell(trial, value, state=state)
                continue
            study.tell(trial, state=TrialState.FAIL)
            study.add_trial(create_trial(state=state, params=point, distributions=space, value=value))
        told += len(some)
    with_base = bool(base) and not points
    pending = [study.ask(space) for _ in range(request["ask"] + with_base)]
    return [trial.params for trial in pending[with_base:]]

def same(a, b):
    return all(abs(x - b[k]) <= 1e-9 * max(1, abs(x)) if isinstance(x, float) else x == b[k] for k, x in a.items())

for line in sys.stdin:
    request = json.loads(line)
    space = {part["name"]: distribution_of(part) for part in request["space"]}
    say({"points": (tpe if sampler_name == "tpe" else cmaes_next)(request, space)})
)";

}  // namespace qklab
