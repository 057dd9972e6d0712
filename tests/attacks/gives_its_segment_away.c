/* Tries: to leave a segment that belongs to another user by IPC_SET.
   Held: no segment made by its processes is left. */
#include "attack.h"
#include <sys/shm.h>

int main(void) {
    int id = shmget(4711, 4096, IPC_CREAT | 0600);
    struct shmid_ds data = {.shm_perm = {.uid = 1, .gid = 1, .mode = 0}};
    int given = shmctl(id, IPC_SET, &data);
    return given < 0 ? must_fail(given, "") : tried("a segment of another user");
}
