#include <stdio.h>
#include <string.h>
#include <sys/shm.h>

int main(void)
{
    int shmid = shmget(9990, 1024, 0);
    char *memory = shmat(shmid, NULL, 0);

    strcpy(memory, "This is our shared memory segment.");
    printf("Written data to shared memory.\n");
    printf("Shared memory : %s\n", memory);
    shmdt(memory);
    return 0;
}
