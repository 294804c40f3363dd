# shellcheck shell=sh
# Copyright (c) 2026 The wslfleet contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# NOT RUN YET. One step of the controller, which is a WSL distribution: setup, doctor, provision, again or after.
# WSLFLEET_FOLDER holds inventory.yml and authority.pem; what is to be kept goes to its folder out.
set -eu
step=$1
out=$WSLFLEET_FOLDER/out
name=laptop.example.com
export PATH="/root/venv/bin:$PATH" LC_ALL=C.UTF-8 ANSIBLE_HOME=/root/.ansible ANSIBLE_NOCOLOR=1

# Windows is the gateway of its distributions, and its address may change with each start of WSL.
host_is_the_gateway() {
    gateway=$(ip -4 route show default | awk '{print $3; exit}')
    [ -n "$gateway" ] || { echo "controller: no default route, so Windows cannot be found" >&2; exit 1; }
    grep -v " $name\$" /etc/hosts >/root/hosts || true
    echo "$gateway $name" >>/root/hosts
    cat /root/hosts >/etc/hosts
}

playbook() {
    log=$1
    shift
    code=0
    ansible-playbook -i /root/inventory.yml "$@" >"$out/$log.txt" 2>&1 || code=$?
    cat "$out/$log.txt"
    return "$code"
}

cd /root
[ "$step" = setup ] || host_is_the_gateway
case $step in
    setup)
        apt-get -qq update
        DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
            python3-venv git iproute2 ca-certificates >/dev/null
        cp "$WSLFLEET_FOLDER/inventory.yml" "$WSLFLEET_FOLDER/authority.pem" /root/
        python3 -m venv /root/venv
        pip install -q ansible-core pywinrm
        # From a copy: every file below /mnt may be written by anyone, which Ansible does not like.
        cp -r "$WSLFLEET_CHECKOUT" /root/checkout
        ansible-galaxy collection build /root/checkout --output-path /root
        ansible-galaxy collection install /root/wslfleet-cuda-*.tar.gz
        ;;
    doctor)
        playbook doctor-before wslfleet.cuda.doctor -e "wslfleet_probe_directory=$out"
        mv "$out/$name.probe.json" "$out/before.probe.json"
        ;;
    provision)
        playbook provision wslfleet.cuda.provision
        # A host that waits for a restart is no failure of the playbook, but one of this job.
        grep -q "$name .*provisioned" "$out/provision.txt"
        ;;
    again)
        playbook again wslfleet.cuda.provision
        grep -Eq "^$name +: ok=[0-9]+ +changed=0 +unreachable=0 +failed=0 " "$out/again.txt"
        ;;
    after)
        playbook audit wslfleet.cuda.audit
        playbook doctor-after wslfleet.cuda.doctor -e "wslfleet_probe_directory=$out" -e wslfleet_probe_distribution=Ubuntu-24.04
        mv "$out/$name.probe.json" "$out/after.probe.json"
        ;;
    *)
        echo "controller: no such step: $step" >&2
        exit 2
        ;;
esac
