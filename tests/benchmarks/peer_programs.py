"""What each peer's client does with a run of ten metrics, as a program of its own.

Arguments: where (an address or a directory), points, seed. Each says "ready", waits for a line,
logs, ends its run as its manual says, and prints time.monotonic(): by then all is stored.
"""

HEAD = """
import os, sys, time
where, points, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.chdir(where) if os.path.isdir(where) else None

def values(step):
    return {f"m/{k}": (step * 7 + k) % 97 / 97 for k in range(10)}

def wait():
    print("ready", flush=True)
    sys.stdin.readline()

def over():
    print("over", time.monotonic(), flush=True)
"""

MLFLOW = """
from mlflow import MlflowClient
from mlflow.entities import Metric
client = MlflowClient(where)
run = client.create_run("0").info.run_id
batches = [
    [Metric(name, value, 1760000000000 + step, step)
     for step in range(begin, begin + 100) for name, value in values(step).items()]
    for begin in range(0, points // 10, 100)
]
client.log_batch(run, metrics=[Metric("warm", 1.0, 1, 1)])
wait()
for batch in batches:
    client.log_batch(run, metrics=batch)
over()
"""

TRACKIO = """
import trackio
trackio.init(project="bench", name=f"run-{seed}", embed=False)
trackio.log(values(0), step=0)
wait()
for step in range(1, points // 10 + 1):
    trackio.log(values(step), step=step)
trackio.finish()
over()
"""

AIM = """
from aim import Run
run = Run(repo=where, system_tracking_interval=None, log_system_params=False,
          capture_terminal_logs=False)
run.track(1.0, name="warm", step=0)
wait()
for step in range(points // 10):
    for name, value in values(step).items():
        run.track(value, name=name, step=step)
run.close()
over()
"""

WANDB = """
import wandb
run = wandb.init(project="bench", dir=where, mode="offline",
                 settings=wandb.Settings(console="off", x_disable_stats=True))
run.log(values(0), step=0)
wait()
for step in range(1, points // 10 + 1):
    run.log(values(step), step=step)
run.finish()
over()
"""

SWANLAB = """
import swanlab
swanlab.init(project="bench", logdir=where, mode="offline")
swanlab.log(values(0), step=0)
wait()
for step in range(1, points // 10 + 1):
    swanlab.log(values(step), step=step)
swanlab.finish()
over()
"""

TENSORBOARD = """
from tensorboardX import SummaryWriter
writer = SummaryWriter(os.path.join(where, f"run-{seed}"))
writer.add_scalar("warm", 1.0, 0)
wait()
for step in range(points // 10):
    for name, value in values(step).items():
        writer.add_scalar(name, value, step)
writer.close()
over()
"""
