using Kiket.Domain.Common;

namespace Kiket.Domain.Users;

/// <summary>The refusals about users and invitations.</summary>
internal static class UserErrors
{
    internal static readonly ErrorDetail EmailDetail = new(
        "user.email",
        $"An e-mail address must have the form name@domain and at most {User.MaxEmailLength} characters."
    );

    internal static readonly ErrorDetail NameDetail = new(
        "user.name",
        $"The name must have 1 to {User.MaxNameLength} characters."
    );

    /// <summary><c>USER_NOT_FOUND</c>: no such user in the organization.</summary>
    /// <param name="user">The requested one.</param>
    public static Error NotFound(object user) => new(ErrorKind.NotFound, "USER_NOT_FOUND", $"There is no user {user}.");

    /// <summary><c>FORBIDDEN</c>: the actor does not administer the organization.</summary>
    public static Error AdminsOnly => Error.Forbidden("Only an administrator of the organization can do this.");

    /// <summary><c>INVITATION_NOT_FOUND</c>: the invitation does not exist, was used, or has expired.</summary>
    public static Error InvitationNotFound =>
        new(ErrorKind.NotFound, "INVITATION_NOT_FOUND", "The invitation does not exist, has been used, or has expired.");

    /// <summary><c>FORBIDDEN</c>: with another's password an administrator would become the operator of the server.</summary>
    public static Error LinkOfOperator =>
        Error.Forbidden("Only operators of the server can make links for themselves; the command password-link makes one too.");

    /// <summary><c>VALIDATION_ERROR</c>: the code is wrong, was used before, or the user is locked out.</summary>
    public static Error WrongCode => Error.Validation("code", "The code is wrong, or there were too many tries.");

    /// <summary><c>CONFLICT</c>: the user's sign-in has a second step already.</summary>
    public static Error HasSecondStep => new(ErrorKind.Conflict, ErrorCodes.Conflict, "Two-step sign-in is on already.");

    /// <summary><c>PASSWORD_LINK_NOT_FOUND</c>: the link does not exist, was used, or has expired.</summary>
    public static Error PasswordLinkNotFound =>
        new(ErrorKind.NotFound, "PASSWORD_LINK_NOT_FOUND", "The link does not exist, has been used, or has expired.");

    /// <summary><c>VALIDATION_ERROR</c>: the organization has no such active user.</summary>
    /// <param name="field">The field that names the user.</param>
    /// <param name="user">The user's id.</param>
    public static Error NotActive(string field, UserId user) => Error.Validation(field, $"There is no active user {user}.");

    /// <summary><c>VALIDATION_ERROR</c>: a deactivated user takes no part in anything.</summary>
    /// <param name="field">The field that names the user.</param>
    /// <param name="person">The user's name and address.</param>
    public static Error Deactivated(string field, string person) => Error.Validation(field, $"{person} is deactivated.");

    /// <summary><c>VALIDATION_ERROR</c>: work is not moved to somebody who may never come.</summary>
    /// <param name="field">The field that names the user.</param>
    /// <param name="person">The user's name and address.</param>
    public static Error InvitationPending(string field, string person) =>
        Error.Validation(field, $"{person} has not accepted the invitation yet.");

    /// <summary><c>VALIDATION_ERROR</c>: the address is taken in this organization.</summary>
    /// <param name="email">The address.</param>
    public static Error EmailTaken(string email) =>
        Error.Validation("user.email", $"A user with the address {email} already exists.");

    /// <summary><c>VALIDATION_ERROR</c>: the change would leave the organization without an administrator.</summary>
    public static Error LastAdmin =>
        Error.Validation("user.role", "An organization must keep at least one active administrator.");
}
