/* Tries: to have the kernel keep a map for it (bpf; as root).
   Held: EPERM or ENOSYS. */
#include "attack.h"
#include <linux/bpf.h>

int main(void) {
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    return must_fail(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map), "bpf");
}
