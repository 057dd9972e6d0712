/* shm-attach: puts a text into the segment of shm-create and reads it back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    key_t key = 9990;
    int shmid;
    char *memory;

    shmid = shmget(key, 1024, 0);
    memory = (char *) shmat(shmid, NULL, 0);
    if (memory < 0) {
        perror("shmat");
        exit(1);
    }
    strcpy(memory, "This is our shared memory segment.");
    printf("Written data to shared memory.\n");
    printf("Shared memory : %s\n", memory);
    shmdt(memory);
    return 0;
}
