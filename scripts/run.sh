#!/usr/bin/env bash
# Shows Evenlight at work on a synthetic district: installs what is needed,
# builds, starts a server on loopback, imports through its API, trains, and
# prints what a learner, a teacher and an operator would see.
#
#   scripts/run.sh                  the tour, then serves until Ctrl-C
#   scripts/run.sh --once           the tour, then ends
#   scripts/run.sh --learners 500   a smaller district (default 2000)
#   scripts/run.sh --fresh          forgets what an earlier run stored
#
# What it stores lies in data/demo; a second run goes on from there.
set -euo pipefail

once=no
fresh=no
learners=2000
while [ $# -gt 0 ]; do
  case $1 in
    --once) once=yes ;;
    --fresh) fresh=yes ;;
    --learners)
      learners=${2:?--learners needs a number}
      shift
      ;;
    *)
      sed -n '2,12p' "$0" >&2
      exit 2
      ;;
  esac
  shift
done

"$(dirname "$0")/install_deps.sh"
source "$(dirname "$0")/lib.sh"

say "build (release)"
build release evenlightd evenlight

demo=data/demo
[ "$fresh" = yes ] && rm -rf "$demo"
mkdir -p "$demo"
bin=build/release/bin
log=$demo/server.log

say "start evenlightd on loopback; its log is $log"
: >"$log"
"$bin/evenlightd" --listen 127.0.0.1:0 --data_dir "$demo/db" \
  --model_dir "$demo/models" --metrics 127.0.0.1:0 2>>"$log" &
server=$!
stop_server() {
  trap - EXIT INT TERM
  kill -TERM "$server" 2>/dev/null && wait "$server" || true
}
trap 'stop_server; exit 130' INT TERM
trap stop_server EXIT

address=
for _ in $(seq 150); do
  address=$(sed -n 's/.*"event":"serving".*"\(127\.0\.0\.1:[0-9]*\)".*/\1/p' \
    "$log")
  [ -n "$address" ] && break
  if ! kill -0 "$server" 2>/dev/null; then
    echo "evenlightd did not start; its log ends:" >&2
    tail -5 "$log" >&2
    exit 1
  fi
  sleep 0.2
done
[ -n "$address" ] || { echo "evenlightd is not ready after 30 s" >&2; exit 1; }
echo "serving on $address"
metrics=$(sed -n \
  's/.*"event":"metrics_shown".*"\(127\.0\.0\.1:[0-9]*\)".*/\1/p' "$log")
echo "metrics on http://$metrics/metrics (docs/operations.md)"

# run COMMAND ...: shows a command of the command line, then runs it.
run() {
  printf '\n$ evenlight %s\n' "$*"
  "$bin/evenlight" "$@" --server "$address" --tenant synthetic
}

say "a synthetic district of $learners learners (nobody in it is real)"
district=$demo/district-$learners
if [ ! -d "$district" ]; then
  rm -rf "$district.new"
  "$bin/evenlight" simulate district --learners "$learners" --seed 7 \
    --end "$(date -u +%F)T00:00:00Z" --out "$district.new" | sed 's/\.new$//'
  mv "$district.new" "$district"
fi
ls "$district"

say "import it through the API; importing it again changes nothing"
run import kcs "$district/kcs.jsonl"
run import resources "$district/resources.jsonl"
run import roster "$district/roster.csv"
run import events "$district/events.jsonl"

say "train, as cron would"
code=0
run train --model_dir "$demo/models" || code=$?
case $code in
  0) ;;
  3) echo "(exit code 3: a gate refused the new model; the old one serves)" ;;
  4) echo "(exit code 4: too little or nothing new to train on; the old model serves)" ;;
  *) exit "$code" ;;
esac
run models list

say "what one learner should do next, and why"
learner=$(sed -n 's/^learner,\([^,]*\),.*/\1/p' "$district/roster.csv" |
  sed -n 2p)
class=$(sed -n 's/^class,\([^,]*\),.*/\1/p' "$district/roster.csv" | sed -n 1p)
run recommend learner "$learner" -n 5 --lang en --parts

say "what a teacher can push to a class, and to whom"
run recommend class "$class" -n 4

say "one answer, and the knowledge state that moved (p_known of its kc)"
event=$demo/answer.jsonl
resource=$(awk '/"RESOURCE_KIND_EXERCISE"/' "$district/resources.jsonl" |
  sed -n 's/.*"name": *"\(resources\/[^"]*\)".*/\1/p' | sed -n 1p)
printf '{"eventId":"demo-%s","actor":"learners/%s","resource":"%s","eventTime":"%s","answered":{"correct":true}}\n' \
  "$(date +%s%N)" "$learner" "$resource" "$(date -u +%FT%TZ)" >"$event"
run show learner "$learner" | tee "$demo/before.txt" >/dev/null
run import events "$event"
run show learner "$learner" >"$demo/after.txt"
# A learner's own correction moves p(correct) of every kc: only rows whose
# p_known (column 1, by the kc in column 10) moved are shown.
awk 'FNR == NR { before[$10] = $0; p_known[$10] = $1; next }
     FNR == 4 { print "         " $0 }
     FNR > 4 && p_known[$10] != $1 {
       if ($10 in before) print "before:  " before[$10]
       print "after:   " $0
     }' "$demo/before.txt" "$demo/after.txt"

say "is anything missing?"
run doctor

cat <<TEXT

== how to go on
  $bin/evenlight --help
  $bin/evenlight recommend learner $learner --server $address --tenant synthetic
  README.md has every command with an example, and the crontab line for train.
TEXT

if [ "$once" = yes ]; then
  exit 0
fi
echo "serving on $address until Ctrl-C"
wait "$server"
