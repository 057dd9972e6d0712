/* shm-attach: puts a text into the segment of shm-create and reads it back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    key_t key = 9990;
    int shmid, status = 0;
    char *memory;

    shmid = shmget(key, 1024, 0);
    if (shmid < 0) {
        perror("shmget");
        exit(1);
    }
    memory = (char *) shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        exit(1);
    }
    strcpy(memory, "This is our shared memory segment.");
    shmdt(memory);
    printf("Written data to shared memory.\n");
    /* Others may write there too: the NUL may be gone, but a page is at least as long as this. */
    printf("Shared memory : %.4096s\n", memory);
    if (shmdt(memory) < 0) {
        perror("shmdt");
        status = 1;
    }
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("write");
        status = 1;
    }
    return status;
}
