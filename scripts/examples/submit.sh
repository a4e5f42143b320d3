#!/usr/bin/env bash
# Starts a testnet of three nodes, sends one of them a signed transaction with curl, and waits until the others have
# it. Ends what it started, however it ends.
#
#   scripts/examples/submit.sh [RAW_TRANSACTION]
#
# TXGOSSIP is the command to start, where it is not `npx txgossip`; in a checkout without npx: node scripts/txgossip.js
set -euo pipefail

# The first development account sends 1 wei, nonce 0, on chain 31337. Made beforehand, with no node at all:
#   cast mktx --private-key 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80 --chain 31337 \
#     --nonce 0 --gas-limit 21000 --gas-price 20gwei --priority-gas-price 1gwei --value 1 \
#     0x00000000000000000000000000000000000000aa
raw=${1:-0x02f86d827a6980843b9aca008504a817c8008252089400000000000000000000000000000000000000aa0180c001a0f642ca613a0b1edd88a360e02d0e266346f52cc0277d8bcf2532f8d22a285ad9a0652614f0b006bc61f47d823535194c9923884feacda7578c8119cb66db6cd1a2}

start_deadline_s=60
spread_deadline_s=10

log=$(mktemp)
testnet=

stop() {
  trap - EXIT
  if [[ -n $testnet ]]; then
    # As Ctrl-C: to all of its process group, npx and node alike.
    kill -INT -- "-$testnet" 2>/dev/null || true
    wait "$testnet" || true
  fi
  rm -f "$log"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# call URL METHOD PARAMS: prints the result; fails, and says why, when there is none.
call() {
  local answer
  answer=$(curl --silent --show-error --max-time 5 --header 'content-type: application/json' \
    --data "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"$2\",\"params\":$3}" "$1")
  if [[ $answer != *'"result":'* ]]; then
    echo "$2 at $1 failed: $answer" >&2
    return 1
  fi
  sed 's/.*"result":\(.*\)}$/\1/' <<<"$answer"
}

# Job control gives the testnet a process group of its own.
set -m
${TXGOSSIP:-npx txgossip} testnet --nodes 3 >"$log" </dev/null &
testnet=$!
set +m

until grep -q '^ready' "$log"; do
  if ! kill -0 "$testnet" 2>/dev/null; then
    echo "the testnet ended before it was ready" >&2
    exit 1
  fi
  if ((SECONDS > start_deadline_s)); then
    echo "the testnet was not ready after $start_deadline_s s" >&2
    exit 1
  fi
  sleep 0.1
done

urls=()
while read -r url; do urls+=("$url"); done < <(sed -n 's/^ *[0-9][0-9]* *\(http:[^ ]*\).*/\1/p' "$log")
entry=${urls[0]}

chain_id=$(call "$entry" eth_chainId '[]')
echo "chain id $chain_id"
hash=$(call "$entry" eth_sendRawTransaction "[\"$raw\"]")
echo "sent $hash to $entry"

deadline=$((SECONDS + spread_deadline_s))
for url in "${urls[@]:1}"; do
  until status=$(call "$url" txpool_status '[]') && [[ $status == *'"pending":"0x1"'* ]]; do
    if ((SECONDS > deadline)); then
      echo "$url did not have it after $spread_deadline_s s: $status" >&2
      exit 1
    fi
    sleep 0.1
  done
  echo "arrived at $url, txpool_status $status"
done
