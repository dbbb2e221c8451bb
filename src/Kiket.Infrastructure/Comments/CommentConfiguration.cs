using Kiket.Domain.Comments;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Kiket.Infrastructure.Comments;

internal sealed class CommentConfiguration : IEntityTypeConfiguration<Comment>
{
    public void Configure(EntityTypeBuilder<Comment> builder)
    {
        builder.IsAggregate();
        builder.HasIndex(c => new
        {
            c.OrganizationId,
            c.IssueId,
            c.Id,
        });
        builder.HasOne<Issue>().WithMany().HasForeignKey(c => c.IssueId);
        builder.HasOne<User>().WithMany().HasForeignKey(c => c.AuthorId);
    }
}
