/* shm-fork: two processes talk through a segment. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

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

/* Who has passed the turn to this process; 0 if nobody has. */
static volatile sig_atomic_t passed_by;

static void turn_came(int number, siginfo_t *info, void *context)
{
    (void) number;
    (void) context;
    passed_by = info->si_pid;
}

static void pass_turn(pid_t process)
{
    if (kill(process, SIGUSR1) < 0)
        fail("kill");
}

static void wait_for_turn(void)
{
    sigset_t none;

    sigemptyset(&none);
    while (passed_by == 0)
        sigsuspend(&none);
}

static void prepare_signals(void)
{
    struct sigaction action = { 0 };
    sigset_t turn;

    action.sa_sigaction = turn_came;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, NULL);
    sigemptyset(&turn);
    sigaddset(&turn, SIGUSR1);
    sigprocmask(SIG_BLOCK, &turn, NULL);
}

int main(void)
{
    int shmid, status, result = 0, i;
    char *memory;
    pid_t child_1, child_2, ended;

    atexit(flush);
    shmid = shmget(1001, 512, IPC_CREAT | 0666);
    memory = attach(shmid);
    prepare_signals();

    child_2 = fork();
    if (child_2 < 0)
        fail("fork");
    if (child_2 == 0) {
        wait_for_turn();
        printf("Process 2 : Received : %s\n", memory);
        sprintf(memory, "Yes, This is shared memory ID : %d", shmid);
        printf("Process 2 : Responced to process 1 in shared memory\n");
        pass_turn(passed_by);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    child_1 = fork();
    if (child_1 < 0) {
        perror("fork");
        kill(child_2, SIGTERM);
        wait(NULL);
        exit(1);
    }
    if (child_1 == 0) {
        sprintf(memory, "Is this the shared memory ID : %d", shmid);
        printf("Process 1 : Written data to shared memory\n");
        pass_turn(child_2);
        wait_for_turn();
        printf("Process 1 : Responce -> %s\n", memory);
        if (shmdt(memory) < 0)
            fail("shmdt");
        exit(0);
    }
    for (i = 0; i < 2; i++) {
        ended = wait(&status);
        if (ended < 0)
            fail("wait");
        if (status != 0)
            result = 1;
        if (status != 0 && i == 0)
            kill(ended == child_1 ? child_2 : child_1, SIGTERM);
    }
    if (shmdt(memory) < 0)
        fail("shmdt");
    return result;
}
