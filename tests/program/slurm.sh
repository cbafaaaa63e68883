#!/bin/bash
# usage: slurm.sh COMMAND [ARGUMENT ...]
# Runs COMMAND with a Slurm cluster of one node, this machine: it starts munge, a controller and a node daemon on the
# loopback interface and stops them afterwards. SLURM_CONF is set, so that sbatch and the other programs find them.
# Exits with 77 if that is not possible: the user is not root, or Debian's slurm-wlm and munge are missing.
set -uo pipefail
[ "$(id -u)" = 0 ] || { echo "slurm.sh: needs root" >&2; exit 77; }
for program in munged slurmctld slurmd sbatch; do
  command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin command -v "$program" >/dev/null ||
    { echo "slurm.sh: $program is missing; apt-get install slurm-wlm munge" >&2; exit 77; }
done
export PATH=$PATH:/usr/sbin

work=$(mktemp -d /tmp/qklab-slurm-XXXXXX)
chmod 755 "$work"
mkdir "$work"/{state,spool,log}
mkdir -m 700 "$work/munge"
node=$(hostname -s)
port=$((20000 + RANDOM % 20000))
daemons=()

finish() {
  local code=$? pid
  trap '' INT TERM
  for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
    pid=${daemons[i]}
    kill "$pid" 2>/dev/null
    for _ in {1..50}; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT TERM

give_up() {
  echo "slurm.sh: $1" >&2
  tail -n 20 "$work"/log/* >&2
  exit 1
}

head -c 128 /dev/urandom >"$work/munge/key"
chmod 400 "$work/munge/key"
cat >"$work/slurm.conf" <<CONF
ClusterName=qklab-test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
KillWait=10
MaxArraySize=${MAX_ARRAY_SIZE:-1001}
SlurmdParameters=config_overrides
NodeName=$node NodeHostname=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf

munged --foreground --socket="$work/munge.socket" --key-file="$work/munge/key" --pid-file="$work/munged.pid" \
  --seed-file="$work/munge/seed" --log-file="$work/log/munged" >"$work/log/munged.out" 2>&1 &
daemons+=($!)
for _ in {1..1200}; do
  munge -n -S "$work/munge.socket" >/dev/null 2>&1 && break
  sleep 0.1
done
slurmctld -D -f "$SLURM_CONF" >"$work/log/slurmctld" 2>&1 &
daemons+=($!)
slurmd -D -f "$SLURM_CONF" -N "$node" >"$work/log/slurmd" 2>&1 &
daemons+=($!)
ready=
for _ in {1..1800}; do
  [ "$(timeout 60 sinfo -h -o %T 2>/dev/null)" != idle ] || { ready=yes; break; }
  for pid in "${daemons[@]}"; do kill -0 "$pid" 2>/dev/null || give_up "a daemon has exited"; done
  sleep 0.1
done
[ -n "$ready" ] || give_up "the node is not idle after three minutes"

"$@"
