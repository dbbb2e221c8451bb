using Kiket.Domain.Users;

namespace Kiket.Application.Abstractions;

/// <summary>Who makes the current request, and how they reached us.</summary>
public interface ICurrentActor
{
    /// <summary>The actor.</summary>
    /// <exception cref="InvalidOperationException">Nobody has signed in.</exception>
    Actor Actor { get; }

    /// <summary>The scopes of the token in use; empty is everything.</summary>
    IReadOnlyList<string> Scopes { get; }
}

/// <summary>What links in answers begin with, such as <c>https://kiket.example.com</c>; no slash at the end.</summary>
public sealed record PublicUrl(string Value);
