/* shm-fork: two processes talk through a segment. */
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

struct shared {
    char text[256];
    sem_t turn_1, turn_2;
};

/* At exit: what was printed is written, or the user is told. */
static void flush(void)
{
    if (ferror(stdout) || fflush(stdout) != 0) {
        perror("write");
        _exit(1);
    }
}

static void fail(const char *call)
{
    perror(call);
    exit(1);
}

/* Marked at once, the segment goes with the last process, however that ends. */
static char *attach(int shmid)
{
    char *memory;

    if (shmid < 0)
        fail("shmget");
    memory = shmat(shmid, NULL, 0);
    if (memory == (char *) -1) {
        perror("shmat");
        shmctl(shmid, IPC_RMID, NULL);
        exit(1);
    }
    if (shmctl(shmid, IPC_RMID, NULL) < 0)
        fail("shmctl");
    return memory;
}

/* Waits for both. If one fails, the other may wait for it for ever. */
static int wait_for_both(pid_t child_1, pid_t child_2)
{
    int i, status, result = 0;
    pid_t ended;

    for (i = 0; i < 2; i++) {
        ended = wait(&status);
        if (ended < 0) {
            perror("wait");
            return 1;
        }
        if (status != 0) {
            result = 1;
            if (i == 0)
                kill(ended == child_1 ? child_2 : child_1, SIGTERM);
        }
    }
    return result;
}

int main(void)
{
    int shmid, status;
    struct shared *shared;
    pid_t child_1, child_2;

    atexit(flush);
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    shared = (struct shared *) attach(shmid);
    if (sem_init(&shared->turn_1, 1, 0) < 0 || sem_init(&shared->turn_2, 1, 0) < 0)
        fail("sem_init");

    child_1 = fork();
    if (child_1 < 0)
        fail("fork");
    if (child_1 == 0) {
        sprintf(shared->text, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        sem_post(&shared->turn_2);
        sem_wait(&shared->turn_1);
        printf("Process 1 : Responce -> %s\n", shared->text);
        if (shmdt(shared) < 0)
            fail("shmdt");
        exit(0);
    }
    child_2 = fork();
    if (child_2 < 0) {
        perror("fork");
        kill(child_1, SIGTERM);
        wait(NULL);
        exit(1);
    }
    if (child_2 == 0) {
        sem_wait(&shared->turn_2);
        printf("Process 2 : Received : %s\n", shared->text);
        sprintf(shared->text, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        sem_post(&shared->turn_1);
        if (shmdt(shared) < 0)
            fail("shmdt");
        exit(0);
    }
    status = wait_for_both(child_1, child_2);
    if (shmdt(shared) < 0)
        fail("shmdt");
    return status;
}
