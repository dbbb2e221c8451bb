using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;

namespace Kiket.Application.Tokens;

/// <summary>The organization's workspace tokens.</summary>
internal sealed class WorkspaceTokens : Specification<AccessToken>
{
    public WorkspaceTokens() => Query.Where(t => t.Kind == TokenKind.Workspace);
}

/// <summary>A user's own tokens.</summary>
internal sealed class PersonalTokensOf : Specification<AccessToken>
{
    public PersonalTokensOf(UserId userId) => Query.Where(t => t.Kind == TokenKind.Personal && t.UserId == userId);
}
