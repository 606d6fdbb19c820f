// SPDX-License-Identifier: GPL-2.0
/* Users and their contexts. The kernel's own ucounts are not exported. */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>

#include "hmacdev.h"

static unsigned int max_contexts = 65536;
module_param(max_contexts, uint, 0644);
MODULE_PARM_DESC(max_contexts, "how many contexts there may be at once");

static unsigned int max_user_contexts = 16384;
module_param(max_user_contexts, uint, 0644);
MODULE_PARM_DESC(max_user_contexts, "how many of them one user may have");

struct hmacdev_user {
	struct hlist_node node;
	kuid_t uid;
	unsigned int contexts;
};

/* The users with contexts, and how many contexts there are; locked. */
static DEFINE_HASHTABLE(users, 8);
static unsigned int contexts;
static DEFINE_SPINLOCK(users_lock);

/* Count a context. The last sixteenth of all is for the privileged. */
static struct hmacdev_user *charge(struct hmacdev_user *new, bool privileged)
{
	const unsigned int most = READ_ONCE(max_contexts);
	struct hmacdev_user *user;

	spin_lock(&users_lock);
	hash_for_each_possible(users, user, node, __kuid_val(new->uid))
		if (uid_eq(user->uid, new->uid))
			break;
	user = user ?: new;
	if (!privileged && user->contexts >= READ_ONCE(max_user_contexts)) {
		user = ERR_PTR(-EDQUOT);
	} else if (contexts >= (privileged ? most : most - most / 16)) {
		user = ERR_PTR(-ENFILE);
	} else {
		contexts++;
		if (!user->contexts++)
			hash_add(users, &user->node, __kuid_val(user->uid));
	}
	spin_unlock(&users_lock);
	return user;
}

/*
 * Count a context for the caller's real user ID, until hmacdev_user_put():
 * -EDQUOT if that user has too many, -ENFILE if there are too many.
 */
struct hmacdev_user *hmacdev_user_get(void)
{
	struct hmacdev_user *new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	struct hmacdev_user *user;

	if (!new)
		return ERR_PTR(-ENOMEM);
	new->uid = current_uid();
	user = charge(new, false);
	/* Only if it is needed: a check that succeeds sets PF_SUPERPRIV. */
	if (IS_ERR(user) &&
	    ns_capable_noaudit(&init_user_ns, CAP_SYS_RESOURCE))
		user = charge(new, true);
	if (user != new)
		kfree(new);
	return user;
}

void hmacdev_user_put(struct hmacdev_user *user)
{
	spin_lock(&users_lock);
	contexts--;
	if (--user->contexts)
		user = NULL;
	else
		hash_del(&user->node);
	spin_unlock(&users_lock);
	kfree(user);
}
