using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Application.Ports;

/// <summary>The caller of the current request and their credential.</summary>
internal interface ICurrentActor
{
    /// <summary>The actor.</summary>
    /// <exception cref="InvalidOperationException">Nobody has signed in.</exception>
    Actor Actor { get; }

    /// <summary>
    /// The scopes of the credential in use. Empty means everything for a user's token, and nothing for an extension.
    /// </summary>
    IReadOnlyList<string> Scopes { get; }

    /// <summary>The extension that makes the request; null when it is a user.</summary>
    ExtensionIdentity? Extension { get; }
}

/// <summary>An extension that makes a request with its own credential.</summary>
/// <param name="Id">The installation.</param>
/// <param name="Key">The manifest's id.</param>
/// <param name="ProjectId">The project that it is installed for, or null for the whole organization.</param>
internal sealed record ExtensionIdentity(ExtensionId Id, string Key, ProjectId? ProjectId)
{
    /// <summary>Whether it signed in with the short-lived token of a delivery instead of its key.</summary>
    public bool IsByRuntimeToken { get; init; }
}

/// <summary>The base of links in responses, such as <c>https://kiket.example.com</c>, without a trailing slash.</summary>
internal record PublicUrl(string Value)
{
    /// <summary>The default address of the server.</summary>
    public const string Default = "http://127.0.0.1:5080";
}

/// <summary>
/// The base of links in deliveries, whose receivers call back there with a credential. It never follows a request,
/// because its sender chooses the <c>Host</c> header.
/// </summary>
internal sealed record OutboundUrl(string Value) : PublicUrl(Value);
