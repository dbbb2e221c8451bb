using System.Diagnostics;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;

namespace Kiket.Infrastructure.Persistence;

/// <summary>The caller of the current request.</summary>
internal sealed class CurrentActor : ICurrentActor
{
    private Actor? actor;

    public Actor Actor => actor ?? throw new InvalidOperationException("Nobody has signed in.");

    public IReadOnlyList<string> Scopes { get; private set; } = [];

    public ExtensionIdentity? Extension { get; private set; }

    /// <summary>The user, or 0 before sign-in.</summary>
    public UserId UserIdOrZero => actor?.UserId ?? default;

    /// <summary>The organization whose rows are visible, or null before sign-in.</summary>
    internal OrganizationId? OrganizationId => actor?.OrganizationId;

    /// <summary>The origin of the current request; null for the server's own work.</summary>
    internal RequestOrigin? Origin { get; set; }

    /// <summary>The cause of the current changes.</summary>
    internal EventCause Cause { get; set; }

    /// <summary>How many events in a row led to the current changes; 0 for changes by a person.</summary>
    internal int CauseDepth { get; set; }

    public void SignIn(Actor signedIn, IReadOnlyList<string> scopes)
    {
        actor = signedIn;
        Scopes = scopes;
        Extension = null;
        Activity.Current?.SetTag(Tracing.Organization, signedIn.OrganizationId.Value); // for logs and traces
    }

    /// <summary>Signs an extension in: it acts as its service user, within its scopes.</summary>
    public void SignIn(Actor service, IReadOnlyList<string> scopes, ExtensionIdentity extension)
    {
        SignIn(service, scopes);
        Extension = extension;
        Cause = EventCause.Extension;
    }

    /// <summary>Forgets the caller, when somebody else tries to sign in.</summary>
    public void SignOut()
    {
        actor = null;
        Scopes = [];
        Extension = null;
    }

    /// <summary>Whether the credential in use allows something.</summary>
    public bool Allows(string resource, ScopeActions action) =>
        Extension is null ? Scope.Allows(Scopes, resource, action) : Scope.Grants(Scopes, resource, action);
}

/// <summary>The origin of a request, for the audit log.</summary>
/// <param name="Credential">The credential, such as <c>token:7</c>.</param>
/// <param name="Address">The client's address, or null when it is not known.</param>
/// <param name="RequestId">As in the response header <c>X-Request-Id</c>; null for a command.</param>
internal sealed record RequestOrigin(string Credential, string? Address, string? RequestId);
